"""The hub sees that both repos of a family have the same weights, whatever they are called, and which files differ."""

import pytest

from hub.catalog.models import Revision
from hub.catalog.sameness import Sameness, same_weights
from tests.fakes.families import Family, every_family
from tests.families.conftest import HUBS, Setting, Stage

pytestmark = pytest.mark.usefixtures("allowed")

DIFFER = {".gitattributes", "README.md", "config.json"}
WEIGHTS = (".bin", ".pt", ".safetensors", ".onnx")


def other_than(stage: Stage, hub: str, revision: Revision) -> Sameness:
    """What is known of the other repo, seen from that of `hub`; there is no third one."""
    [found] = same_weights(revision)
    other = next(name for name in HUBS if name != hub)
    assert (found.repo.upstream.slug, str(found.repo.repo_id)) == (other, stage.repo_id(other))
    return found


@pytest.mark.parametrize("family", every_family(), ids=lambda family: family.name)
def test_two_repos_of_a_family_are_known_by_their_digests(setting: Setting, family: Family) -> None:
    stage = setting(family)
    stage.let_in()
    revisions = {hub: stage.mirrored(hub).revision for hub in HUBS}
    only = {"huggingface": set(family.huggingface.only_here), "modelscope": {"configuration.json"}}
    for hub, revision in revisions.items():
        assert revision is not None
        found = other_than(stage, hub, revision)
        assert {pair.here.path for pair in found.weights} == {path for path in family.files if path.endswith(WEIGHTS)}
        assert {pair.here.path for pair in found.equal} == set(family.files)
        assert {pair.here.path for pair in found.differing} == DIFFER
        assert not found.unproven
        assert {file.path for file in found.only_here} == only[hub]
        assert {file.path for file in found.only_there} == only[next(other for other in HUBS if other != hub)]
