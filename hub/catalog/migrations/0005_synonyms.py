from django.db import migrations, models

# (name on ModelScope, name on Hugging Face, note). Known to people; no row proves that bytes are the same.
FAMILIES = [
    ("LLM-Research/Meta-Llama-*", "meta-llama/Meta-Llama-*", "Llama 3; gated on Hugging Face"),
    ("LLM-Research/Llama-*", "meta-llama/Llama-*", "Llama 3.1 and later; gated on Hugging Face"),
    ("LLM-Research/gemma-*", "google/gemma-*", "Gemma 2 and later"),
    ("LLM-Research/Phi-*", "microsoft/Phi-*", "Phi 3 and later"),
    ("LLM-Research/Mistral-*", "mistralai/Mistral-*", "some of the later Mistral models"),
    ("LLM-Research/*", "*/*", "a mirror of many makers' models"),
    ("modelscope/Llama-2-*-ms", "meta-llama/Llama-2-*-hf", "Llama 2; the files differ in more than their names"),
    ("ZhipuAI/*", "zai-org/*", "GLM and ChatGLM; THUDM became zai-org"),
    ("ZhipuAI/*", "THUDM/*", "GLM and ChatGLM, under the older name"),
    ("01ai/*", "01-ai/*", "Yi"),
    ("Shanghai_AI_Laboratory/*", "internlm/*", "InternLM"),
    ("OpenBMB/*", "openbmb/*", "MiniCPM; the names differ in letter case alone"),
    ("Qwen/*", "Qwen/*", "older scripts write qwen/..., which is the same"),
    ("baichuan-inc/*", "baichuan-inc/*", "Baichuan"),
    ("BAAI/*", "BAAI/*", "BGE and Aquila"),
    ("deepseek-ai/*", "deepseek-ai/*", "DeepSeek"),
    ("PaddlePaddle/ERNIE-*", "baidu/ERNIE-*", "ERNIE 4.5"),
    ("TeleAI/*", "Tele-AI/*", "TeleChat"),
    ("Tencent-Hunyuan/*", "tencent/*", "Hunyuan"),
    ("AI-ModelScope/bge-*", "BAAI/bge-*", "BGE"),
    ("AI-ModelScope/Mistral-*", "mistralai/Mistral-*", "the earlier Mistral models"),
    ("AI-ModelScope/Mixtral-*", "mistralai/Mixtral-*", "Mixtral"),
    ("AI-ModelScope/gemma-*", "google/gemma-*", "the first Gemma"),
    ("AI-ModelScope/gpt2*", "openai-community/gpt2*", "GPT-2"),
    ("AI-ModelScope/falcon-*", "tiiuae/falcon-*", "Falcon"),
    ("AI-ModelScope/*", "*/*", "a mirror of many makers' models"),
]


def seed(apps, schema_editor):
    synonym = apps.get_model("catalog", "Synonym")
    synonym.objects.bulk_create(
        synonym(hub="modelscope", pattern=here, other_hub="huggingface", other_pattern=there, note=note)
        for here, there, note in FAMILIES
    )


class Migration(migrations.Migration):

    dependencies = [
        ("catalog", "0004_files_of_modelscope"),
    ]

    operations = [
        migrations.CreateModel(
            name="Synonym",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hub", models.CharField(default="modelscope", help_text="A kind of upstream.", max_length=40)),
                ("pattern", models.CharField(help_text="e.g. ZhipuAI/* or ZhipuAI/chatglm3-6b", max_length=201)),
                ("other_hub", models.CharField(default="huggingface", max_length=40)),
                (
                    "other_pattern",
                    models.CharField(
                        help_text="e.g. THUDM/*; */* is any namespace, and then only repos that are held are suggested",
                        max_length=201,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ["pattern", "other_pattern"],
            },
        ),
        migrations.AddConstraint(
            model_name="synonym",
            constraint=models.UniqueConstraint(
                fields=("hub", "pattern", "other_hub", "other_pattern"), name="one_row_per_synonym"
            ),
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
