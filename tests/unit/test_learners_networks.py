"""The variational autoencoder, the tokenizer and the transformer."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from secondhand.learners import (
    FineTuningLearner,
    Learner,
    Model,
    SubwordTokenizer,
    TransformerLearner,
    TransformerModel,
    VariationalAutoencoderLearner,
    VariationalAutoencoderModel,
    gaussian_kullback_leibler,
    learn_tokenizer,
)

CPU = torch.device("cpu")
SMALL_AUTOENCODER = VariationalAutoencoderLearner(hidden=16, latent=2, steps=300, batch_size=32, device=CPU)
SMALL_TRANSFORMER = TransformerLearner(vocabulary_size=3, width=8, heads=2, steps=120, fine_tuning_steps=5, device=CPU)


def striped_images(*, seed: int = 10_010) -> np.ndarray:
    """Images of six pixels: the left or the right half is ink."""
    left = np.random.default_rng(seed).integers(2, size=200)
    return np.where(left[:, None] == (np.arange(6) < 3), 0.95, 0.05)


def alternating_passages(*, seed: int = 10_011) -> np.ndarray:
    """Passages of four tokens: each is the last plus one, modulo three."""
    return (np.random.default_rng(seed).integers(3, size=(200, 1)) + np.arange(4)) % 3


@pytest.fixture(scope="module")
def autoencoder() -> VariationalAutoencoderModel:
    return SMALL_AUTOENCODER.fit(striped_images(), seed=10_012)


@pytest.fixture(scope="module")
def transformer() -> TransformerModel:
    return SMALL_TRANSFORMER.fit(alternating_passages(), seed=10_013)


@pytest.fixture(params=["autoencoder", "transformer"])
def network_model(request: pytest.FixtureRequest) -> Model:
    model: Model = request.getfixturevalue(request.param)
    return model


def test_networks_have_the_common_face() -> None:
    assert isinstance(SMALL_AUTOENCODER, Learner)
    assert not isinstance(SMALL_AUTOENCODER, FineTuningLearner)
    assert isinstance(SMALL_TRANSFORMER, FineTuningLearner)


def test_samples_are_repeatable_and_differ_between_seeds(network_model: Model) -> None:
    first, again, other = (network_model.sample(30, seed=seed) for seed in (10_000, 10_000, 10_001))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("size", "seed", "error", "name"),
    [(0, 1, ValueError, "size"), (1.5, 1, TypeError, "size"), (3, -1, ValueError, "seed"), (3, 0.5, TypeError, "seed")],
)
def test_bad_sizes_and_seeds_are_named(
    network_model: Model, size: int, seed: int, error: type[Exception], name: str
) -> None:
    with pytest.raises(error, match=name):
        network_model.sample(size, seed=seed)


@pytest.mark.parametrize(
    "fit",
    [
        lambda seed: SMALL_AUTOENCODER.fit(striped_images(), seed=seed),
        lambda seed: SMALL_TRANSFORMER.fit(alternating_passages(), seed=seed),
    ],
    ids=["autoencoder", "transformer"],
)
def test_fits_are_repeatable_and_leave_the_global_generator_alone(fit: Callable[[int], Model]) -> None:
    before = torch.random.get_rng_state()
    models = [fit(seed) for seed in (10_014, 10_014, 10_015)]
    data = models[0].sample(20, seed=10_000)
    first, again, other = (model.log_likelihood(data) for model in models)
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)
    assert torch.equal(before, torch.random.get_rng_state())


class TestVariationalAutoencoder:
    def test_kullback_leibler_is_torchs(self) -> None:
        generator = torch.Generator().manual_seed(10_016)
        mean, log_variance = torch.randn(2, 5, 3, generator=generator, dtype=torch.float64)
        expected = torch.distributions.kl_divergence(
            torch.distributions.Normal(mean, (0.5 * log_variance).exp()),
            torch.distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean)),
        ).sum(dim=1)
        torch.testing.assert_close(gaussian_kullback_leibler(mean, log_variance), expected)

    def test_bound_is_the_mean_over_draws_of_log_joint_minus_log_posterior(
        self, autoencoder: VariationalAutoencoderModel
    ) -> None:
        """E_q[log p(x, z) − log q(z | x)] by torch.distributions, without the closed form of the divergence."""
        images = torch.as_tensor((striped_images()[:4] > 0.5), dtype=torch.float32)
        mean, log_variance = autoencoder.network.encoder(images).chunk(2, dim=1)
        posterior = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
        prior = torch.distributions.Normal(0.0, 1.0)
        draws = 4000
        z = mean + posterior.stddev * torch.randn(draws, 4, 2, generator=torch.Generator().manual_seed(10_017))
        log_image = torch.distributions.Bernoulli(logits=autoencoder.network.decoder(z)).log_prob(images).sum(dim=2)  # type: ignore[no-untyped-call]
        terms = log_image + (prior.log_prob(z) - posterior.log_prob(z)).sum(dim=2)  # type: ignore[no-untyped-call]
        bounds = torch.from_numpy(
            np.stack(
                [
                    autoencoder.evidence_lower_bound(images.double().numpy(), draws=1, seed=s)
                    for s in range(10_000, 10_400)
                ]
            )
        )
        error = (terms.var(dim=0) / draws + bounds.var(dim=0) / len(bounds)).sqrt()
        assert ((terms.mean(dim=0) - bounds.mean(dim=0)).abs() < 4 * error).all()
        importance = terms.logsumexp(dim=0) - np.log(draws)
        assert (bounds.mean(dim=0) < importance).all()

    def test_it_learns_more_than_the_mean_image(self, autoencoder: VariationalAutoencoderModel) -> None:
        images = striped_images()
        mean = images.mean(axis=0)
        mean_image = (images * np.log(mean) + (1 - images) * np.log(1 - mean)).sum(axis=1).mean()
        assert autoencoder.log_likelihood(images).mean() > mean_image + 1

    def test_samples_are_images(self, autoencoder: VariationalAutoencoderModel) -> None:
        images = autoencoder.sample(300, seed=10_018)
        assert images.shape == (300, 6)
        assert images.min() >= 0
        assert images.max() <= 1
        assert np.corrcoef(images.T)[0, 1] > 0 > np.corrcoef(images.T)[0, 5]

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (np.zeros((0, 6)), "at least 1 item"),
            (np.full((2, 6), 16.0), "pixels between 0 and 1"),
            (np.full((2, 6), -0.1), "pixels between 0 and 1"),
            (np.full((2, 6), np.nan), "finite"),
        ],
    )
    def test_bad_images(self, data: np.ndarray, words: str) -> None:
        with pytest.raises(ValueError, match=f"data must.*{words}"):
            SMALL_AUTOENCODER.fit(data, seed=1)

    def test_bad_arguments(self, autoencoder: VariationalAutoencoderModel) -> None:
        with pytest.raises(ValueError, match="data must have 6 pixels an image, got 5"):
            autoencoder.log_likelihood(np.zeros((2, 5)))
        with pytest.raises((TypeError, ValueError), match="data"):
            SMALL_AUTOENCODER.fit(np.zeros(6), seed=1)
        with pytest.raises(TypeError, match="seed"):
            SMALL_AUTOENCODER.fit(striped_images(), seed=0.5)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="latent must be at least 1, got 0"):
            VariationalAutoencoderLearner(latent=0)
        with pytest.raises(ValueError, match="learning_rate must be above 0"):
            VariationalAutoencoderLearner(learning_rate=0)


TEXT = "the cat and the hat and the bat that sat"


@pytest.fixture
def tokenizer() -> SubwordTokenizer:
    return learn_tokenizer(TEXT, vocabulary_size=20)


class TestTokenizer:
    @given(text=st.text(" abcdehnst", min_size=1).filter(str.strip))
    def test_decoding_undoes_encoding(self, text: str) -> None:
        tokenizer = learn_tokenizer(TEXT, vocabulary_size=20)
        assert tokenizer.decode(tokenizer.encode(text)) == text

    def test_frequent_words_become_one_piece(self, tokenizer: SubwordTokenizer) -> None:
        assert " the" in tokenizer.pieces
        assert len(tokenizer.encode(TEXT)) < len(TEXT) / 2
        assert all(" " not in piece[1:] for piece in tokenizer.pieces)

    def test_characters_alone_are_a_vocabulary(self) -> None:
        tokenizer = learn_tokenizer("abba", vocabulary_size=2)
        np.testing.assert_array_equal(tokenizer.encode("baab"), [1, 0, 0, 1])

    def test_passages(self, tokenizer: SubwordTokenizer) -> None:
        passages = tokenizer.passages(TEXT, length=4)
        tokens = tokenizer.encode(TEXT)
        assert passages.shape == (len(tokens) // 4, 4)
        assert TEXT.startswith("".join(tokenizer.texts(passages)))
        assert tokenizer.characters(passages) == len("".join(tokenizer.texts(passages)))

    def test_learning_is_repeatable(self, tokenizer: SubwordTokenizer) -> None:
        assert learn_tokenizer(TEXT, vocabulary_size=20) == tokenizer

    def test_bad_input(self, tokenizer: SubwordTokenizer) -> None:
        for empty in ("", "  "):
            with pytest.raises(ValueError, match="text must hold some text"):
                learn_tokenizer(empty, vocabulary_size=20)
        with pytest.raises(ValueError, match="vocabulary_size must be at least the 10 characters of text, got 3"):
            learn_tokenizer(TEXT, vocabulary_size=3)
        with pytest.raises(ValueError, match="text must hold known characters only, got 'z'"):
            tokenizer.encode("daze")
        with pytest.raises(ValueError, match="at least 500 tokens"):
            tokenizer.passages(TEXT, length=500)
        with pytest.raises(ValueError, match="tokens must hold numbers from 0"):
            tokenizer.decode(np.array([20_000]))
        with pytest.raises(TypeError, match="text must be a string"):
            tokenizer.encode(None)  # type: ignore[arg-type]


class TestTransformer:
    def test_all_passages_together_have_probability_one(self, transformer: TransformerModel) -> None:
        passages = np.array(list(itertools.product(range(3), repeat=4)))
        assert np.exp(transformer.log_likelihood(passages)).sum() == pytest.approx(1.0, abs=1e-5)

    def test_later_tokens_do_not_change_earlier_scores(self, transformer: TransformerModel) -> None:
        passage = np.array([[0, 1, 2, 0]])
        scores = transformer.token_log_likelihood(passage)
        for position in range(4):
            changed = passage.copy()
            changed[0, position] = (changed[0, position] + 1) % 3
            other = transformer.token_log_likelihood(changed)
            np.testing.assert_allclose(other[0, :position], scores[0, :position], atol=1e-6)
            assert not np.allclose(other[0, position], scores[0, position])

    def test_it_learns_the_rule(self, transformer: TransformerModel) -> None:
        drawn = transformer.sample(200, seed=10_019)
        assert ((drawn[:, 1:] - drawn[:, :-1]) % 3 == 1).mean() > 0.9
        uniform = 4 * np.log(1 / 3)
        assert transformer.log_likelihood(alternating_passages()).mean() > uniform + 2 * np.log(3)

    def test_large_data_are_scored_as_small(self, transformer: TransformerModel) -> None:
        passages = np.random.default_rng(10_020).integers(3, size=(600, 4))
        halves = [transformer.log_likelihood(half) for half in np.split(passages, 2)]
        np.testing.assert_allclose(transformer.log_likelihood(passages), np.concatenate(halves), atol=1e-5)

    def test_fine_tuning_starts_from_the_weights_and_leaves_them_alone(self, transformer: TransformerModel) -> None:
        before = [weights.clone() for weights in transformer.network.parameters()]
        same = np.zeros((50, 4), dtype=int)
        tuned = SMALL_TRANSFORMER.fine_tune(transformer, same, seed=10_021)
        again = SMALL_TRANSFORMER.fine_tune(transformer, same, seed=10_021)
        assert all(torch.equal(a, b) for a, b in zip(before, transformer.network.parameters(), strict=True))
        np.testing.assert_array_equal(tuned.log_likelihood(same), again.log_likelihood(same))
        assert tuned.log_likelihood(same).mean() > transformer.log_likelihood(same).mean()
        # Five steps forget little of the rule, which a start from random weights would not know.
        rule = alternating_passages()
        untaught = TransformerLearner(vocabulary_size=3, width=8, heads=2, steps=5, device=CPU).fit(same, seed=10_021)
        assert tuned.log_likelihood(rule).mean() > untaught.log_likelihood(rule).mean() + 1

    @pytest.mark.parametrize(
        ("data", "words"), [(np.array([[0, 3]]), "from 0 to 2, got 3"), (np.zeros((0, 4), int), "at least 1 item")]
    )
    def test_bad_passages(self, data: np.ndarray, words: str) -> None:
        with pytest.raises(ValueError, match=f"data must hold.*{words}"):
            SMALL_TRANSFORMER.fit(data, seed=1)

    def test_bad_arguments(self, transformer: TransformerModel) -> None:
        with pytest.raises(ValueError, match="data must hold passages of 4 tokens, got 3"):
            transformer.log_likelihood(np.zeros((2, 3), dtype=int))
        with pytest.raises(ValueError, match="data must hold passages of 4 tokens, got 3"):
            SMALL_TRANSFORMER.fine_tune(transformer, np.zeros((2, 3), dtype=int), seed=1)
        with pytest.raises(TypeError, match="data"):
            SMALL_TRANSFORMER.fit(np.zeros((2, 3)), seed=1)
        with pytest.raises(ValueError, match="seed must be at least 0, got -1"):
            SMALL_TRANSFORMER.fit(alternating_passages(), seed=-1)
        with pytest.raises(ValueError, match="width must be a multiple of heads, 4, got 30"):
            TransformerLearner(vocabulary_size=3, width=30)
        with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
            TransformerLearner(vocabulary_size=3, steps=0)
