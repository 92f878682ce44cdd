"""Layers kept, weights counted, times in turns, scores and costs; and published models from a folder."""

import itertools
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from torch import nn

from secondhand.distillation import (
    Times,
    answers,
    break_even_requests,
    configured_count,
    distill,
    encoder_count,
    forward_kl,
    keep_layers,
    load_causal_model,
    logits_of,
    parameter_count,
    random_like,
    shuffle_layers,
    time_in_turns,
    token_passages,
    token_scores,
)
from secondhand.learners import PatchTransformerLearner, as_pictures
from secondhand.sources import ALLOW_HUB_VARIABLE


def gpt(layers: int = 3) -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(10_000)
        config = transformers.GPT2Config(
            vocab_size=11, n_positions=8, n_embd=8, n_layer=layers, n_head=2, bos_token_id=0, eos_token_id=0
        )
        network: nn.Module = transformers.GPT2LMHeadModel(config)
    return network.eval()


TOKENS = torch.arange(16).reshape(2, 8) % 11


def test_keeping_all_layers_changes_nothing_and_the_original_stays() -> None:
    network = gpt()
    assert torch.equal(answers(keep_layers(network, [0, 1, 2]), TOKENS), answers(network, TOKENS))
    assert len(network.transformer.h) == 3  # type: ignore[union-attr, arg-type]
    assert network.config.n_layer == 3  # type: ignore[union-attr]


@torch.no_grad()
def test_a_cut_network_is_the_chosen_layers_in_a_row() -> None:
    network: Any = gpt()
    body = network.transformer
    hidden = body.wte(TOKENS) + body.wpe(torch.arange(8))
    for layer in (0, 2):
        # A mask that forbids looking ahead, as the network makes it itself.
        output = body.h[layer](hidden, attention_mask=torch.full((8, 8), -torch.inf).triu(1)[None, None])
        hidden = output[0] if isinstance(output, tuple) else output
    expected = network.lm_head(body.ln_f(hidden))
    torch.testing.assert_close(answers(keep_layers(network, [0, 2]), TOKENS), expected, rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_a_cut_network_still_writes_with_its_cache() -> None:
    student: Any = keep_layers(gpt(), [1, 2])
    options = {"max_new_tokens": 4, "do_sample": False, "pad_token_id": 0}
    one, other = (student.generate(TOKENS[:, :4], use_cache=cache, **options) for cache in (True, False))
    assert torch.equal(one, other)
    assert student.config.num_hidden_layers == 2


@pytest.mark.parametrize(
    "make",
    [
        lambda: transformers.BertModel(
            transformers.BertConfig(
                vocab_size=9, hidden_size=8, num_hidden_layers=4, num_attention_heads=2, intermediate_size=8
            )
        ),
        lambda: PatchTransformerLearner(width=8, heads=2).initialise(seed=10_000),
    ],
    ids=["bert", "patches"],
)
def test_other_families_are_cut_too(make: Any) -> None:
    network = make()
    sizes = [parameter_count(keep_layers(network, range(kept))) for kept in (1, 2, 4)]
    assert sizes[2] - sizes[1] == 2 * (sizes[1] - sizes[0])
    assert sizes[2] == parameter_count(network)


def decoder(kinds: list[str]) -> nn.Module:
    config = transformers.Gemma2Config(
        vocab_size=11,
        hidden_size=8,
        intermediate_size=8,
        num_hidden_layers=len(kinds),
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=4,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=0,
        layer_types=kinds,
    )
    network: nn.Module = transformers.Gemma2ForCausalLM(config)
    return network.eval()


def test_kinds_of_layers_stay_with_their_layers(tmp_path: Path) -> None:
    kinds = ["sliding_attention", "full_attention", "sliding_attention", "full_attention"]
    student: Any = keep_layers(decoder(kinds), [1, 2])
    assert student.config.layer_types == ["full_attention", "sliding_attention"]
    student.save_pretrained(tmp_path)
    again: Any = transformers.Gemma2ForCausalLM.from_pretrained(tmp_path)
    torch.testing.assert_close(answers(again, TOKENS), answers(student, TOKENS))


def test_a_network_of_encoder_and_decoder_is_refused() -> None:
    config = transformers.T5Config(vocab_size=11, d_model=8, d_kv=4, d_ff=8, num_layers=2, num_heads=2)
    with pytest.raises(ValueError, match="not both, got T5"):
        keep_layers(transformers.T5ForConditionalGeneration(config), [0])


def test_shuffled_layers_hold_the_same_numbers_in_another_order() -> None:
    network = gpt()
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    shuffled = shuffle_layers(network, seed=10_000).state_dict()
    moved = 0
    for name, weight in before.items():
        assert torch.equal(network.state_dict()[name], weight), name
        assert torch.equal(shuffled[name].flatten().sort().values, weight.flatten().sort().values), name
        moved += not torch.equal(shuffled[name], weight)
        assert ".h." in name or torch.equal(shuffled[name], weight), name
    assert moved >= 3 * 4  # the four matrices of each layer, at least
    assert torch.equal(
        answers(shuffle_layers(network, seed=10_000), TOKENS), answers(shuffle_layers(network, seed=10_000), TOKENS)
    )


@pytest.mark.parametrize("only_layers", [True, False])
def test_random_weights_keep_the_type_of_numbers(only_layers: bool) -> None:
    fresh = random_like(gpt().to(torch.bfloat16), only_layers=only_layers, seed=10_000)
    assert {weight.dtype for weight in fresh.parameters()} == {torch.bfloat16}


def test_random_weights_are_others_and_the_rest_stays_if_asked() -> None:
    network = gpt()
    new, again = random_like(network, seed=10_001), random_like(network, seed=10_001)
    assert torch.equal(answers(new, TOKENS), answers(again, TOKENS))
    assert not torch.equal(answers(new, TOKENS), answers(network, TOKENS))
    mixed, theirs = random_like(network, only_layers=True, seed=10_001).state_dict(), network.state_dict()
    for name, weight in mixed.items():
        if ".h." not in name:
            assert torch.equal(weight, theirs[name]), name
    assert not torch.equal(mixed["transformer.h.0.mlp.c_fc.weight"], theirs["transformer.h.0.mlp.c_fc.weight"])


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([], "at least one of the 3"),
        ([3], "below 3"),
        ([1, 0], "must rise"),
        ([-1], "at least 0"),
        ([0, 0], "must rise"),
    ],
)
def test_layers_that_cannot_be_kept_are_named(layers: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        keep_layers(gpt(), layers)


def test_a_network_without_layers_is_refused() -> None:
    with pytest.raises(ValueError, match="layers in one list"):
        keep_layers(nn.Linear(2, 2), [0])
    with pytest.raises(ValueError, match="layers in one list"):
        random_like(nn.Linear(2, 2), seed=10_000)


def test_bert_and_distilbert_are_counted_exactly() -> None:
    assert configured_count(transformers.BertConfig()) == encoder_count(layers=12) == 109_482_240
    small = encoder_count(layers=6, segments=0, pooler=False)
    assert configured_count(transformers.DistilBertConfig()) == small == 66_362_880
    assert configured_count(transformers.LlamaConfig(), language_model=True) == 6_738_415_616
    with pytest.raises(TypeError, match="config must be"):
        configured_count({"layers": 2})


@given(st.integers(0, 3), st.integers(1, 4), st.integers(1, 9), st.integers(1, 20), st.integers(0, 3), st.booleans())
def test_the_formula_counts_any_encoder(
    layers: int, width: int, feed_forward: int, words: int, kinds: int, pooler: bool
) -> None:
    shape = {"width": 2 * width, "feed_forward": feed_forward, "vocabulary": words, "positions": 5}
    ours = encoder_count(layers=layers, segments=max(kinds, 1), pooler=pooler, **shape)
    config = transformers.BertConfig(
        vocab_size=words,
        hidden_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=feed_forward,
        max_position_embeddings=5,
        type_vocab_size=max(kinds, 1),
        pad_token_id=0,
    )
    with torch.device("meta"):
        assert parameter_count(transformers.BertModel(config, add_pooling_layer=pooler)) == ours


def test_turns_are_taken_by_all_and_ratios_are_within_rounds() -> None:
    calls: list[str] = []
    times = time_in_turns(
        {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=6, calls=2, seed=10_000
    )
    assert calls.count("a") == calls.count("b") == 1 + 6 * 2
    assert all(set(calls[2 + 4 * turn : 6 + 4 * turn]) == {"a", "b"} for turn in range(6))
    fixed = Times({"a": np.array([1.0, 4.0]), "b": np.array([2.0, 2.0])})
    np.testing.assert_allclose(fixed.speed("a", than="b"), [2.0, 0.5])
    assert (times.seconds["a"] >= 0).all()


def test_the_shortest_call_counts_and_orders_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, order = [0.0], ""
    durations = {"a": itertools.cycle([3.0, 1.0, 2.0]), "b": itertools.cycle([8.0, 4.0, 6.0])}

    def work(name: str) -> None:
        nonlocal order
        order += name
        clock[0] += next(durations[name])

    monkeypatch.setattr(time, "perf_counter", lambda: clock[0])
    times = time_in_turns({"a": lambda: work("a"), "b": lambda: work("b")}, rounds=12, calls=3, seed=10_000)
    np.testing.assert_array_equal(times.seconds["a"], np.full(12, 1.0))
    np.testing.assert_array_equal(times.seconds["b"], np.full(12, 4.0))
    rounds = [order[2 + 6 * turn : 8 + 6 * turn] for turn in range(12)]
    assert set(rounds) == {"aaabbb", "bbbaaa"}


def test_slow_work_is_slower() -> None:
    times = time_in_turns({"few": lambda: sum(range(100)), "many": lambda: sum(range(100_000))}, rounds=3, seed=10_000)
    assert (times.speed("few", than="many") > 1).all()


def test_bad_timing_is_named() -> None:
    with pytest.raises(ValueError, match="at least one, got none"):
        time_in_turns({})
    with pytest.raises(TypeError, match="put lambda: before it"):
        time_in_turns({"a": 3})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="rounds must be at least 1"):
        time_in_turns({"a": lambda: None}, rounds=0)
    with pytest.raises(ValueError, match="than must be one of 'a'"):
        Times({"a": np.ones(2)}).speed("a", than="b")


def test_scores_equal_those_of_a_loop() -> None:
    network = gpt()
    inputs, labels = TOKENS[:, :-1], TOKENS[:, 1:]
    with torch.no_grad():
        logits = logits_of(network, inputs).double().numpy()
    laws = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
    chances = [laws[i, j, labels[i, j]] for i in range(2) for j in range(7)]
    right = [laws[i, j].argmax() == int(labels[i, j]) for i in range(2) for j in range(7)]
    scores = token_scores(network, inputs, labels, batch_size=1)
    assert scores.bits == pytest.approx(-np.log2(chances).mean(), rel=1e-5)
    assert scores.accuracy == pytest.approx(np.mean(right))
    with pytest.raises(ValueError, match="labels must have shape"):
        token_scores(network, inputs, labels[:1])
    with pytest.raises(ValueError, match="at least one passage"):
        token_scores(network, inputs[:0], labels[:0])
    masked = labels.clone()
    masked[:, 3:] = -100  # torch's cross-entropy leaves these out
    assert token_scores(network, inputs, masked).bits == pytest.approx(
        token_scores(network, inputs[:, :3], labels[:, :3]).bits, rel=1e-5
    )
    with pytest.raises(ValueError, match="labels must hold at least one token"):
        token_scores(network, inputs, torch.full_like(labels, -100))


@given(st.floats(0, 1e6), st.floats(1e-6, 10), st.floats(0, 0.99))
def test_costs_are_equal_at_the_break_even(setup: float, price: float, share: float) -> None:
    requests = break_even_requests(setup, teacher_cost=price, student_cost=share * price)
    assert setup + requests * share * price == pytest.approx(requests * price, abs=1e-6)


def test_the_break_even_of_the_sheet_and_bad_costs() -> None:
    assert break_even_requests(600, teacher_cost=0.002, student_cost=0.0004) == pytest.approx(375_000)
    with pytest.raises(ValueError, match="no cheaper never pays"):
        break_even_requests(600, teacher_cost=1, student_cost=1)
    with pytest.raises(ValueError, match="setup_cost must be at least 0"):
        break_even_requests(-1, teacher_cost=2, student_cost=1)
    with pytest.raises(ValueError, match="teacher_cost must be above student_cost by more"):
        break_even_requests(1, teacher_cost=1e-320, student_cost=0)


def save_tiny_model(folder: Path) -> None:
    network: Any = gpt()
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(12)  # the first weights are so small that all answers are nearly uniform
    network.save_pretrained(folder)
    words = {word: number for number, word in enumerate(["unknown", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j"])}
    inner = Tokenizer(WordLevel(words, unk_token="unknown"))
    inner.pre_tokenizer = Whitespace()
    tokenizer: Any = transformers.PreTrainedTokenizerFast
    tokenizer(tokenizer_object=inner, unk_token="unknown").save_pretrained(folder)


def test_the_whole_pipeline_runs_on_a_model_from_a_folder(tmp_path: Path) -> None:
    save_tiny_model(tmp_path)
    teacher, tokenizer = load_causal_model(str(tmp_path))
    text = "a b c d e f g h i j " * 12
    inputs, labels = token_passages(tokenizer, text, length=8)
    assert inputs.shape == labels.shape == (14, 8)
    assert torch.equal(inputs.flatten()[1:], labels.flatten()[:-1])
    student = keep_layers(teacher, [0, 2])
    run = distill(student, teacher, inputs, steps=60, batch_size=8, learning_rate=1e-2, seed=10_000)
    assert run.losses[-10:].mean() < 0.5 * run.losses[:3].mean()
    before, after = (
        float(forward_kl(answers(network, inputs), answers(teacher, inputs))) for network in (student, run.network)
    )
    assert after < 0.5 * before
    assert token_scores(run.network, inputs, labels).bits > 0


def test_the_hub_is_off_unless_switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match=f"{ALLOW_HUB_VARIABLE}=1"):
        load_causal_model("owner/name")
    asked: list[tuple[str, str | None]] = []

    def fake(name: str, *, revision: str | None = None) -> Any:
        asked.append((name, revision))
        return gpt()

    monkeypatch.setenv(ALLOW_HUB_VARIABLE, "1")
    monkeypatch.setattr(transformers.AutoTokenizer, "from_pretrained", fake)
    monkeypatch.setattr(transformers.AutoModelForCausalLM, "from_pretrained", fake)
    network, _ = load_causal_model("owner/name", revision="abc")
    assert asked == [("owner/name", "abc")] * 2
    assert not any(weight.requires_grad for weight in network.parameters())


def test_too_little_text_is_named(tmp_path: Path) -> None:
    save_tiny_model(tmp_path)
    _, tokenizer = load_causal_model(str(tmp_path))
    with pytest.raises(ValueError, match="more than 8 tokens, got 3"):
        token_passages(tokenizer, "a b c", length=8)


def test_the_patch_transformer_learns_and_repeats_itself() -> None:
    generator = np.random.default_rng(10_000)
    images = generator.random((60, 16))
    labels = (images[:, 0] > 0.5).astype(np.int64)
    learner = PatchTransformerLearner(layers=1, width=8, heads=2, classes=2, side=4, steps=60, batch_size=16)
    networks = [learner.fit(images, labels, seed=10_000) for _ in range(2)]
    outputs = [answers(network, as_pictures(images)) for network in networks]
    assert torch.equal(*outputs)
    assert float((outputs[0].argmax(1).numpy() == labels).mean()) > 0.8


def test_bad_pictures_and_settings_are_named() -> None:
    with pytest.raises(ValueError, match="images must be square, got 5"):
        as_pictures(np.zeros((2, 5)))
    with pytest.raises(ValueError, match="width must be a multiple of heads"):
        PatchTransformerLearner(width=6)
    with pytest.raises(ValueError, match="images must have 64 pixels"):
        PatchTransformerLearner().fit(np.zeros((2, 16)), np.zeros(2, dtype=np.int64), seed=10_000)
    with pytest.raises(ValueError, match="labels must be as many"):
        PatchTransformerLearner().fit(np.zeros((2, 64)), np.zeros(3, dtype=np.int64), seed=10_000)
