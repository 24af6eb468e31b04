from hub.mirroring.patterns import Patterns


def test_no_pattern_wants_everything() -> None:
    assert Patterns().wants("any/thing.bin")


def test_a_star_crosses_folders_as_it_does_for_hf_download() -> None:
    assert Patterns.of(["*.safetensors"], []).wants("deep/down/model.safetensors")
    assert not Patterns.of(["*.safetensors"], []).wants("config.json")


def test_what_is_excluded_stays_out_even_if_it_is_included() -> None:
    assert not Patterns.of(["*"], ["*.bin"]).wants("model.bin")


def test_a_folder_means_all_that_is_in_it() -> None:
    assert Patterns.of(["onnx/"], []).wants("onnx/a/b.onnx")


def test_the_same_wish_in_other_words_has_the_same_key() -> None:
    assert Patterns.of(["b", "a", "a "], []).key == Patterns.of(["a", "b"], []).key
    assert Patterns.of(["a"], []).key != Patterns.of([], ["a"]).key
    assert Patterns.of([], []).key == ""
