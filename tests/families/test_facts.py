"""What an admin is told about each family before it is let in: licence, gate, code of its own."""

import pytest

from hub.accounts.callers import operator
from hub.mirroring.catalog_files import read
from hub.mirroring.catalog_preview import preview, totals
from hub.mirroring.decisions import approve
from hub.mirroring.models import Request, Transfer
from hub.policy.quick_start import seed_rules
from tests.fakes.families import Family, every_family, llama_2_7b
from tests.families.conftest import HUBS, Setting, Stage, work

each_family = pytest.mark.parametrize("family", every_family(), ids=lambda family: family.name)
each_hub = pytest.mark.parametrize("hub", HUBS)

LICENCES = {
    "Qwen-72B": ("tongyi-qianwen-license-agreement", "other"),
    "Yi-34B": ("apache-2.0", "apache-2.0"),
    "Baichuan2-13B-Chat": ("other", "other"),
    "ChatGLM3-6B": ("", ""),
    "InternLM2-Chat-7B": ("other", "other"),
    "MiniCPM-2B": ("", "apache-2.0"),
    "bge-small-zh-v1.5": ("mit", "mit"),
    "bge-m3": ("mit", "mit"),
    "AquilaChat2-34B": ("other", "other"),
    "ERNIE-4.5-0.3B-PT": ("apache-2.0", "apache-2.0"),
    "Llama-2-7b-hf": ("llama2", "other"),
    "Qwen3-0.6B": ("apache-2.0", "apache-2.0"),
}
"""On Hugging Face and on ModelScope, as rules see them: "Apache License 2.0" is apache-2.0 there."""

BRING_CODE = {"Qwen-72B", "Baichuan2-13B-Chat", "ChatGLM3-6B", "InternLM2-Chat-7B", "MiniCPM-2B", "AquilaChat2-34B"}


@each_family
@each_hub
def test_licence_and_code_of_its_own_are_told(setting: Setting, family: Family, hub: str) -> None:
    stage = setting(family)
    stage.let_in()
    facts = stage.planned(hub).facts
    assert facts["licence"] == LICENCES[family.name][HUBS.index(hub)]
    assert sorted(facts["has_code"]) == sorted(family.code)
    assert facts["files"] == len(stage.repo(hub).head.files)
    assert facts["bytes"] == sum(file.size for file in stage.repo(hub).head.files.values())


@pytest.mark.parametrize("family", [one for one in every_family() if one.name in BRING_CODE], ids=lambda one: one.name)
def test_those_that_need_trust_remote_code_are_known_by_their_programs(family: Family) -> None:
    assert any(path.startswith("modeling_") for path in family.code)


@each_hub
def test_what_is_gated_does_not_come_without_a_token(setting: Setting, hub: str) -> None:
    request = setting(llama_2_7b()).planned(hub)
    assert (request.state, request.error_code) == (Request.State.FAILED, "UpstreamGated")
    assert "token" in request.error
    assert not Transfer.objects.exists()


@each_hub
def test_what_is_gated_asks_an_admin_although_the_hub_s_token_may_read_it(setting: Setting, hub: str) -> None:
    seed_rules()
    stage = setting(llama_2_7b())
    stage.let_in()
    request = stage.planned(hub)
    assert (request.state, request.facts["gated"]) == (Request.State.WAITING, "manual")
    assert not Transfer.objects.exists()
    approve(request, operator(), "its licence was accepted")
    request = stage.planned(hub)
    work()
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    ("name", "hub", "asked"),
    [
        ("ChatGLM3-6B", "huggingface", "THUDM/chatglm3-6b"),
        ("Qwen-72B", "modelscope", "qwen/Qwen-72B"),
        ("MiniCPM-2B", "modelscope", "openbmb/minicpm-BF16"),
    ],
)
def test_the_names_that_old_scripts_use_lead_to_the_same_repo(
    setting: Setting, name: str, hub: str, asked: str
) -> None:
    stage = setting(next(family for family in every_family() if family.name == name))
    request = stage.mirrored(hub, asked)
    assert request.repo_id == stage.repo_id(hub)
    assert request.commit == stage.repo(hub).head.oid


@each_family
def test_a_catalog_of_both_names_counts_their_weights_once(setting: Setting, family: Family) -> None:
    stage = setting(family)
    stage.let_in()
    text = "".join(f"- {{upstream: {hub}, id: {stage.repo_id(hub)}}}\n" for hub in HUBS)
    shown = list(preview(read(text.encode())))
    assert [one.found.error for one in shown] == [None, None]
    assert [one.found.runs_code for one in shown] == [_may_run_code(stage, hub) for hub in HUBS]
    counted, large = totals(shown), sum(stage.sizes(only_large=True).values())
    small = sum(file.size for hub in HUBS for file in stage.repo(hub).head.files.values() if not file.lfs)
    assert large < counted.unique <= large + small
    assert counted.to_fetch == counted.unique < counted.bytes


def _may_run_code(stage: Stage, hub: str) -> bool:
    return any(path.endswith((".py", ".bin", ".pt")) for path in stage.repo(hub).head.files)
