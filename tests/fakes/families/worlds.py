"""The model families that people in China mirror most, as they lie on Hugging Face and on ModelScope.

Names, ids, numbers of shards and what runs code are the real ones; contents are made up and small. The file lists of
AquilaChat2-34B, ChatGLM3-6B (on ModelScope), InternLM2, the shard counts of Qwen-72B, Yi-34B and Baichuan2-13B, the
pairs of ids, and some licences on ModelScope were seen in public texts; the other lists are from knowledge, and may
lack a file or two of today's.
"""

from __future__ import annotations

from tests.fakes.content import Content

from .family import KIB, MIB, Family, Hub, made_up, shards, text_of, texts, tokenizer

GENERATION = ("generation_config.json", "special_tokens_map.json", "tokenizer_config.json")


def qwen_72b() -> Family:
    """Many shards, code of its own, and a licence of its own; old scripts write `qwen/` in small letters."""
    name = "Qwen-72B"
    code = ("configuration_qwen.py", "cpp_kernels.py", "modeling_qwen.py", "qwen_generation_utils.py")
    files: dict[str, Content] = {
        **texts(name, ("LICENSE", "NOTICE", "generation_config.json", "tokenizer_config.json")),
        **texts(name, (*code, "tokenization_qwen.py")),
        **texts(name, ("cache_autogptq_cuda_256.cpp", "cache_autogptq_cuda_kernel_256.cu")),
        **tokenizer(name, "qwen.tiktoken"),
        "assets/logo.jpg": made_up(name, "assets/logo.jpg", 9 * KIB),
        "assets/qwen_tokenizer.png": made_up(name, "assets/qwen_tokenizer.png", 11 * KIB),
        **shards(name, 82, 32 * KIB),
    }
    card = {"language": ["zh", "en"], "tags": ["qwen"], "license": "other", "pipeline_tag": "text-generation"}
    own = {"license_name": "tongyi-qianwen-license-agreement"}
    return Family(
        name,
        Hub("Qwen/Qwen-72B", card | own),
        Hub("Qwen/Qwen-72B", {"license": "other", "tasks": ["text-generation"]}),
        files,
        {"architectures": ["QWenLMHeadModel"], "model_type": "qwen", "num_hidden_layers": 80},
        "chat",
    )


def yi_34b() -> Family:
    """Everything twice on Hugging Face, as safetensors and as pickles; one shard is large enough for the large lane."""
    name = "Yi-34B"
    files: dict[str, Content] = {
        **texts(name, ("LICENSE", "NOTICE", "md5", *GENERATION)),
        **tokenizer(name, "tokenizer.json", "tokenizer.model"),
        **shards(name, 7, 128 * KIB),
    }
    files["model-00001-of-00007.safetensors"] = made_up(name, "model-00001-of-00007.safetensors", 9 * MIB)
    return Family(
        name,
        Hub("01-ai/Yi-34B", {"license": "apache-2.0"}, shards(name, 7, 128 * KIB, "bin")),
        Hub("01ai/Yi-34B", {"license": "Apache License 2.0"}),
        files,
        {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "num_hidden_layers": 60},
    )


def baichuan2_13b() -> Family:
    """Licences as PDF, with blanks and Chinese in their names; weights as pickles only."""
    name = "Baichuan2-13B-Chat"
    code = ("configuration_baichuan.py", "generation_utils.py", "handler.py", "modeling_baichuan.py", "quantizer.py")
    files: dict[str, Content] = {
        **texts(name, (*code, "tokenization_baichuan.py", *GENERATION)),
        **tokenizer(name, "tokenizer.model"),
        "Baichuan2 模型社区许可协议.pdf": made_up(name, "licence in Chinese", 50 * KIB),
        "Community License for Baichuan2 Model.pdf": made_up(name, "licence in English", 40 * KIB),
        **shards(name, 3, 300 * KIB, "bin"),
    }
    return Family(
        name,
        Hub("baichuan-inc/Baichuan2-13B-Chat", {"license": "other", "language": ["en", "zh"]}),
        Hub("baichuan-inc/Baichuan2-13B-Chat", {"license": "other"}),
        files,
        {"architectures": ["BaichuanForCausalLM"], "model_type": "baichuan"},
        "chat",
    )


def chatglm3_6b() -> Family:
    """Under another owner on each hub, and moved once on Hugging Face; safetensors beside the pickles only there, as it
    was in 2024."""
    name = "ChatGLM3-6B"
    code = ("configuration_chatglm.py", "modeling_chatglm.py", "quantization.py", "tokenization_chatglm.py")
    files: dict[str, Content] = {
        **texts(name, ("MODEL_LICENSE", "tokenizer_config.json", *code)),
        **tokenizer(name, "tokenizer.model"),
        **shards(name, 7, 100 * KIB, "bin"),
    }
    only_there = shards(name, 7, 100 * KIB) | {"special_tokens_map.json": "{}\n"}
    card = {"language": ["zh", "en"], "tags": ["glm", "chatglm", "thudm"]}
    return Family(
        name,
        Hub("zai-org/chatglm3-6b", card, only_there, aliases=("THUDM/chatglm3-6b",)),
        Hub("ZhipuAI/chatglm3-6b", {"tags": ["glm", "chatglm"]}),
        files,
        {"architectures": ["ChatGLMModel"], "model_type": "chatglm"},
        "chat",
    )


def internlm2_7b() -> Family:
    name = "InternLM2-Chat-7B"
    code = ("configuration_internlm2.py", "modeling_internlm2.py", "tokenization_internlm2.py")
    files: dict[str, Content] = {
        **texts(name, (*code, "tokenization_internlm2_fast.py", *GENERATION)),
        **tokenizer(name, "tokenizer.model"),
        **shards(name, 8, 90 * KIB, "bin"),
    }
    return Family(
        name,
        Hub("internlm/internlm2-chat-7b", {"license": "other", "pipeline_tag": "text-generation"}),
        Hub("Shanghai_AI_Laboratory/internlm2-chat-7b", {"license": "other"}),
        files,
        {"architectures": ["InternLM2ForCausalLM"], "model_type": "internlm2"},
    )


def minicpm_2b() -> Family:
    """One pickle; the owners differ in their letters alone, the names more."""
    name = "MiniCPM-2B"
    files: dict[str, Content] = {
        **texts(name, ("configuration_minicpm.py", "modeling_minicpm.py", *GENERATION)),
        **tokenizer(name, "tokenizer.json", "tokenizer.model"),
        "pytorch_model.bin": made_up(name, "pytorch_model.bin", 700 * KIB),
    }
    return Family(
        name,
        Hub("openbmb/MiniCPM-2B-sft-bf16", {"language": ["en", "zh"], "tags": ["MiniCPM", "ModelBest", "THUNLP"]}),
        Hub("OpenBMB/miniCPM-bf16", {"license": "Apache License 2.0"}),
        files,
        {"architectures": ["MiniCPMForCausalLM"], "model_type": "minicpm"},
    )


def bge_small_zh() -> Family:
    """A model of sentence-transformers: folders, and the weights twice."""
    name = "bge-small-zh-v1.5"
    extra = ("1_Pooling/config.json", "config_sentence_transformers.json", "modules.json", "sentence_bert_config.json")
    files: dict[str, Content] = {
        **texts(name, (*extra, "special_tokens_map.json", "tokenizer_config.json")),
        **tokenizer(name, "tokenizer.json", "vocab.txt"),
        "model.safetensors": made_up(name, "model.safetensors", 400 * KIB),
        "pytorch_model.bin": made_up(name, "pytorch_model.bin", 400 * KIB),
    }
    return Family(
        name,
        Hub("BAAI/bge-small-zh-v1.5", {"license": "mit", "language": ["zh"], "tags": ["sentence-transformers"]}),
        Hub("BAAI/bge-small-zh-v1.5", {"license": "mit"}),
        files,
        {"architectures": ["BertModel"], "model_type": "bert"},
        "sentence-embedding",
    )


def bge_m3() -> Family:
    """With a copy as ONNX, whose tokenizer is the same as the one beside it; the data of the ONNX has no suffix."""
    name = "bge-m3"
    extra = ("1_Pooling/config.json", "config_sentence_transformers.json", "modules.json", "sentence_bert_config.json")
    words = tokenizer(name, "sentencepiece.bpe.model", "tokenizer.json")
    files: dict[str, Content] = {
        **texts(name, (*extra, "special_tokens_map.json", "tokenizer_config.json", "onnx/config.json")),
        **words,
        **{f"onnx/{path}": content for path, content in words.items()},
        "imgs/bm25.jpg": made_up(name, "imgs/bm25.jpg", 8 * KIB),
        "imgs/miracl.jpg": made_up(name, "imgs/miracl.jpg", 8 * KIB),
        "onnx/model.onnx": made_up(name, "onnx/model.onnx", 60 * KIB),
        "onnx/Constant_7_attr__value": made_up(name, "onnx/Constant_7_attr__value", 12 * KIB),
        "colbert_linear.pt": made_up(name, "colbert_linear.pt", 90 * KIB),
        "sparse_linear.pt": made_up(name, "sparse_linear.pt", 4 * KIB),
        "pytorch_model.bin": made_up(name, "pytorch_model.bin", 900 * KIB),
    }
    return Family(
        name,
        Hub("BAAI/bge-m3", {"license": "mit", "pipeline_tag": "sentence-similarity"}),
        Hub("BAAI/bge-m3", {"license": "mit"}),
        files,
        {"architectures": ["XLMRobertaModel"], "model_type": "xlm-roberta"},
        "sentence-embedding",
    )


def aquila_34b() -> Family:
    """A licence whose name has a blank before its hyphen, and a program to try it with."""
    name = "AquilaChat2-34B"
    code = ("configuration_aquila.py", "modeling_aquila.py", "predict.py")
    files: dict[str, Content] = {
        "BAAI-Aquila-Model-License -Agreement.pdf": made_up(name, "licence", 30 * KIB),
        **texts(name, ("LICENSE", "README_zh.md", "added_tokens.json", *code, *GENERATION)),
        **tokenizer(name, "merges.txt", "tokenizer.json", "vocab.json"),
        **shards(name, 7, 110 * KIB, "bin"),
    }
    return Family(
        name,
        Hub("BAAI/AquilaChat2-34B", {"license": "other"}),
        Hub("BAAI/AquilaChat2-34B", {"license": "other"}),
        files,
        {"architectures": ["AquilaForCausalLM"], "model_type": "aquila"},
        "chat",
    )


def ernie_45() -> Family:
    """Baidu's own name on the one hub, that of its framework on the other."""
    name = "ERNIE-4.5-0.3B-PT"
    code = ("configuration_ernie4_5.py", "modeling_ernie4_5.py", "tokenization_ernie4_5.py")
    files: dict[str, Content] = {
        **texts(name, ("LICENSE", "added_tokens.json", *code, *GENERATION)),
        **tokenizer(name, "tokenizer.model"),
        "model.safetensors": made_up(name, "model.safetensors", 720 * KIB),
    }
    return Family(
        name,
        Hub("baidu/ERNIE-4.5-0.3B-PT", {"license": "apache-2.0", "library_name": "transformers"}),
        Hub("PaddlePaddle/ERNIE-4.5-0.3B-PT", {"license": "Apache License 2.0"}),
        files,
        {"architectures": ["Ernie4_5_ForCausalLM"], "model_type": "ernie4_5"},
    )


def llama_2_7b() -> Family:
    """Gated, with a licence and rules of use of its own; another owner and another name on ModelScope."""
    name = "Llama-2-7b-hf"
    files: dict[str, Content] = {
        **texts(name, ("LICENSE.txt", "USE_POLICY.md", *GENERATION)),
        **tokenizer(name, "tokenizer.json", "tokenizer.model"),
        "Responsible-Use-Guide.pdf": made_up(name, "guide", 60 * KIB),
        **shards(name, 2, 350 * KIB),
        **shards(name, 2, 350 * KIB, "bin"),
    }
    card = {"license": "llama2", "language": ["en"], "pipeline_tag": "text-generation", "tags": ["llama-2"]}
    return Family(
        name,
        Hub("meta-llama/Llama-2-7b-hf", card, gated="manual"),
        Hub("modelscope/Llama-2-7b-ms", {"license": "other"}, gated="manual"),
        files,
        {"architectures": ["LlamaForCausalLM"], "model_type": "llama"},
    )


def qwen3_06b() -> Family:
    """The small one: no code of its own, the same id on both hubs."""
    name = "Qwen3-0.6B"
    files: dict[str, Content] = {
        "LICENSE": text_of(name, "LICENSE", 11 * KIB),
        **texts(name, ("generation_config.json", "tokenizer_config.json")),
        **tokenizer(name, "merges.txt", "tokenizer.json", "vocab.json"),
        "model.safetensors": made_up(name, "model.safetensors", 600 * KIB),
    }
    return Family(
        name,
        Hub("Qwen/Qwen3-0.6B", {"license": "apache-2.0", "library_name": "transformers"}),
        Hub("Qwen/Qwen3-0.6B", {"license": "Apache License 2.0"}),
        files,
        {"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3"},
    )


def every_family() -> list[Family]:
    return [
        qwen_72b(),
        yi_34b(),
        baichuan2_13b(),
        chatglm3_6b(),
        internlm2_7b(),
        minicpm_2b(),
        bge_small_zh(),
        bge_m3(),
        aquila_34b(),
        ernie_45(),
        llama_2_7b(),
        qwen3_06b(),
    ]
