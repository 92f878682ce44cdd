"""Exercises of the chapter on verification."""

import math

import numpy as np

from secondhand.exercises.mechanism import Function, WrongAnswerError, exercise, expect_close, findings_of

_say = findings_of("verification")


def _number(answer: object) -> float | None:
    """Return the answer as a number, or None where it is something else."""
    if isinstance(answer, bool) or not isinstance(answer, int | float | np.number):
        return None
    return float(answer)


def _check_kept_purity(answer: Function, solve: Function) -> None:
    got = _number(answer(0.6, 0.9, 0.3))
    if got is not None:
        if math.isclose(got, 0.36):
            raise WrongAnswerError(_say("kept_purity.wrong.share"))
        if math.isclose(got, 1 - 2 / 3):
            raise WrongAnswerError(_say("kept_purity.wrong.complement"))
        if math.isclose(got, 0.6 * 0.9 / (0.6 * 0.9 + 0.4 * 0.3)):
            raise WrongAnswerError(_say("kept_purity.wrong.swapped"))
        if math.isclose(got, 0.9 / (0.9 + 0.3)):
            raise WrongAnswerError(_say("kept_purity.wrong.error"))
        if math.isclose(got, 2.0):
            raise WrongAnswerError(_say("kept_purity.wrong.odds"))
        if 1 < got <= 100 and math.isclose(got, 200 / 3, abs_tol=0.5):
            raise WrongAnswerError(_say("kept_purity.wrong.percent"))
        if got in (0.67, 0.667, 0.7):
            raise WrongAnswerError(_say("kept_purity.wrong.rounded"))
    for error, keep_correct, keep_wrong in ((0.6, 0.9, 0.3), (0.2, 0.5, 0.5), (0.9, 1.0, 0.05)):
        wrong = _say("kept_purity.wrong.value", error=error, keep_correct=keep_correct, keep_wrong=keep_wrong)
        arguments = (error, keep_correct, keep_wrong)
        expect_close(answer(*arguments), solve(*arguments), wrong)


@exercise(difficulty="warm-up", minutes=3, check=_check_kept_purity)
def kept_purity(error: float, keep_correct: float, keep_wrong: float) -> float:
    """Return the share of right examples among those that the verifier keeps.

    Examples are wrong with probability error. The verifier keeps right ones
    with probability keep_correct and wrong ones with keep_wrong.
    """
    kept_right = (1 - error) * keep_correct
    return kept_right / (kept_right + error * keep_wrong)


def _check_price(answer: Function, solve: Function) -> None:
    got = _number(answer(0.6, 0.9, 0.3))
    if got is not None:
        if math.isclose(got, 0.54):
            raise WrongAnswerError(_say("price.wrong.inverse"))
        if math.isclose(got, 1 / 0.36):
            raise WrongAnswerError(_say("price.wrong.right"))
        if math.isclose(got, 2 / 3):
            raise WrongAnswerError(_say("price.wrong.purity"))
        if got < 1:
            raise WrongAnswerError(_say("price.wrong.below"))
    for error, keep_correct, keep_wrong in ((0.6, 0.9, 0.3), (0.2, 0.5, 0.5), (0.9, 1.0, 0.05)):
        wrong = _say("price.wrong.value", error=error, keep_correct=keep_correct, keep_wrong=keep_wrong)
        arguments = (error, keep_correct, keep_wrong)
        expect_close(answer(*arguments), solve(*arguments), wrong)


@exercise(difficulty="warm-up", minutes=3, check=_check_price)
def price(error: float, keep_correct: float, keep_wrong: float) -> float:
    """Return how many examples to generate, on average, for each kept one.

    Right and wrong ones count alike, as nobody can tell what was kept.
    """
    return 1 / ((1 - error) * keep_correct + error * keep_wrong)


def _check_error_limit(answer: Function, solve: Function) -> None:
    got = _number(answer(0.8, 0.2, 10))
    if got is not None:
        if math.isclose(got, 0.8):
            raise WrongAnswerError(_say("error_limit.wrong.majority"))
        if math.isclose(got, 9 * 0.2 / (9 * 0.2 + 0.8)):
            raise WrongAnswerError(_say("error_limit.wrong.swapped"))
        if math.isclose(got, 10 * 0.8 / (10 * 0.8 + 0.2)):
            raise WrongAnswerError(_say("error_limit.wrong.classes"))
        if math.isclose(got, 0.2 / (9 * 0.8 + 0.2)):
            raise WrongAnswerError(_say("error_limit.wrong.complement"))
        if math.isclose(got, 0.8 / (0.8 + 9 * 0.2)):
            raise WrongAnswerError(_say("error_limit.wrong.rivals"))
        if got > 1:
            raise WrongAnswerError(_say("error_limit.wrong.odds"))
    for keep_correct, keep_wrong, classes in ((0.9, 0.3, 10), (0.5, 0.5, 4), (0.2, 0.8, 2)):
        wrong = _say("error_limit.wrong.value", keep_correct=keep_correct, keep_wrong=keep_wrong, classes=classes)
        arguments = (keep_correct, keep_wrong, classes)
        expect_close(answer(*arguments), solve(*arguments), wrong)


@exercise(difficulty="core", minutes=8, check=_check_error_limit)
def error_limit(keep_correct: float, keep_wrong: float, classes: int) -> float:
    """Return the label error at which the right label stops leading.

    Wrong labels spread evenly over the other classes. The right label leads
    while it is kept more often than each single other label.
    """
    rivals = classes - 1
    return rivals * keep_correct / (rivals * keep_correct + keep_wrong)


def _check_allowed_wrong(answer: Function, solve: Function) -> None:
    got = _number(answer(0.6, 0.9, 0.95))
    if got is not None:
        if math.isclose(got, 0.9 * 0.05 / 0.95):
            raise WrongAnswerError(_say("allowed_wrong.wrong.error"))
        if math.isclose(got, 0.4 / 0.6 * 0.05 / 0.95):
            raise WrongAnswerError(_say("allowed_wrong.wrong.ratio"))
        if math.isclose(got, 0.6 / 0.4 * 0.9 * 0.05 / 0.95):
            raise WrongAnswerError(_say("allowed_wrong.wrong.upside"))
    easy = _number(answer(0.01, 0.9, 0.5))
    if easy is not None and easy > 1:
        raise WrongAnswerError(_say("allowed_wrong.wrong.probability"))
    for error, keep_correct, target in ((0.6, 0.9, 0.95), (0.3, 0.5, 0.8), (0.01, 0.9, 0.5), (0.9, 0.4, 0.99)):
        values = {"error": error, "keep_correct": keep_correct, "target": target}
        largest = solve(error, keep_correct, target)
        got = _number(reached := answer(error, keep_correct, target))
        smaller = got is not None and 0 <= got < largest
        wrong = _say("allowed_wrong.wrong.smaller" if smaller else "allowed_wrong.wrong.value", **values)
        expect_close(reached, largest, wrong)


@exercise(difficulty="core", minutes=10, check=_check_allowed_wrong)
def allowed_wrong(error: float, keep_correct: float, target: float) -> float:
    """Return the largest keep_wrong for which the purity reaches the target.

    Think in odds of right to wrong. Error and target lie between 0 and 1,
    and are neither. The answer is a probability, so it is never above 1.
    """
    odds_needed = target / (1 - target)
    return min(1.0, (1 - error) / error * keep_correct / odds_needed)


def _check_select_verified(answer: Function, _: Function) -> None:
    generator = np.random.default_rng(20_001)
    truth = generator.integers(0, 3, 30_000)
    labels = np.where(generator.random(30_000) < 0.4, (truth + 1) % 3, truth)
    right = labels == truth

    def run(seed: int, size: int = 30_000, keep_correct: float = 0.9, keep_wrong: float = 0.2) -> np.ndarray:
        got = np.asarray(answer(labels[:size], truth[:size], keep_correct, keep_wrong, seed=seed))
        if got.dtype != np.bool_:
            raise WrongAnswerError(_say("select_verified.wrong.mask", got=str(got.dtype)))
        if got.shape != (size,):
            raise WrongAnswerError(_say("select_verified.wrong.shape", got=got.shape, expected=(size,)))
        return got

    kept = run(20_002)
    if not np.array_equal(kept, run(20_002)):
        raise WrongAnswerError(_say("select_verified.wrong.seed"))
    _check_rates(np.array([run(seed, 500) for seed in range(20_100, 20_110)]), kept, right)
    _check_independence(kept, right)
    few = np.array([run(seed, 2_000) for seed in range(20_200, 20_600)])
    if (few == few[0]).all():
        raise WrongAnswerError(_say("select_verified.wrong.same"))
    for group, chance in ((right[:2_000], 0.9), (~right[:2_000], 0.2)):
        spread = few[:, group].sum(axis=1).var(ddof=1) / (group.sum() * chance * (1 - chance))
        # Four standard errors: over 400 seeds the ratio of variances is known to 0.07.
        if not 0.7 < spread < 1.35:
            raise WrongAnswerError(_say("select_verified.wrong.quota"))
    if run(20_004, keep_correct=1.0, keep_wrong=0.0).tolist() != right.tolist():
        raise WrongAnswerError(_say("select_verified.wrong.perfect"))


def _check_rates(samples: np.ndarray, kept: np.ndarray, right: np.ndarray) -> None:
    """Name what keeps right or wrong labels at another rate than 0.9 and 0.2."""
    if (samples == right[: samples.shape[1]]).all():
        raise WrongAnswerError(_say("select_verified.wrong.unused"))
    shares = [samples[:, group[: samples.shape[1]]].mean(axis=1) for group in (right, ~right)]
    if all(((share == 0) | (share == 1)).all() for share in shares):
        raise WrongAnswerError(_say("select_verified.wrong.coin"))
    rate_right, rate_wrong = kept[right].mean(), kept[~right].mean()
    # Five standard errors: a share of 0.9 or 0.2 among at least 11,000 examples is known to 0.004.
    margin = 0.02
    if abs(rate_right - 0.2) < margin and abs(rate_wrong - 0.9) < margin:
        raise WrongAnswerError(_say("select_verified.wrong.swapped"))
    if abs(rate_right - rate_wrong) < margin:
        raise WrongAnswerError(_say("select_verified.wrong.blind"))
    if abs(rate_right - 0.9) > margin or abs(rate_wrong - 0.2) > margin:
        raise WrongAnswerError(
            _say("select_verified.wrong.rates", right=f"{rate_right:.2f}", wrong=f"{rate_wrong:.2f}")
        )


def _check_independence(kept: np.ndarray, right: np.ndarray) -> None:
    """Name what decides about one example with the number that decides about another."""
    surprise = np.where(right, (kept - 0.9) / 0.3, (kept - 0.2) / 0.4)
    # At every distance at once, by way of the Fourier transform. For independent decisions the largest of 30,000
    # correlations is near 0.025.
    power = np.abs(np.fft.rfft(surprise, 2 * len(surprise))) ** 2
    if np.abs(np.fft.irfft(power)[1 : len(surprise)]).max() / len(surprise) > 0.06:
        raise WrongAnswerError(_say("select_verified.wrong.independent"))
    pairs = min(right.sum(), (~right).sum())
    if abs(np.mean(surprise[right][:pairs] * surprise[~right][:pairs])) > 0.06:
        raise WrongAnswerError(_say("select_verified.wrong.stream"))


@exercise(difficulty="core", minutes=8, check=_check_select_verified)
def select_verified(
    labels: np.ndarray,
    truth: np.ndarray,
    keep_correct: float,
    keep_wrong: float,
    seed: int,
) -> np.ndarray:
    """Return an array of True and False: which examples the verifier keeps.

    It keeps a label that is equal to the truth with probability
    keep_correct, any other with keep_wrong, each independently.
    """
    chance = np.where(labels == truth, keep_correct, keep_wrong)
    return np.random.default_rng(seed).random(len(labels)) < chance


def _check_rounds_to(answer: Function, solve: Function) -> None:
    got = _number(answer(1.0, 0.9, 0.8, 10.0))
    if got is not None:
        exact = math.log(10) / math.log(9 / 8)
        if got < 0:
            raise WrongAnswerError(_say("rounds_to.wrong.negative"))
        if math.isclose(got, exact):
            raise WrongAnswerError(_say("rounds_to.wrong.whole"))
        if got == math.floor(exact):
            raise WrongAnswerError(_say("rounds_to.wrong.down"))
        if got in (math.ceil(90.0), math.ceil(9 / (9 / 8 - 1))):
            raise WrongAnswerError(_say("rounds_to.wrong.linear"))
    if _number(answer(1.0, 0.5, 0.25, 8.0)) == 4:
        raise WrongAnswerError(_say("rounds_to.wrong.reached"))
    for start, liked, other, target in (
        (1.0, 0.9, 0.8, 10.0),
        (1.0, 0.5, 0.25, 8.0),
        (0.1, 0.5, 0.25, 1.0),
        (2.0, 1.0, 0.99, 3.0),
    ):
        rounds = answer(start, liked, other, target)
        if start != 1 and _number(rounds) == solve(1.0, liked, other, target):
            raise WrongAnswerError(_say("rounds_to.wrong.start", start=start))
        wrong = _say("rounds_to.wrong.value", start=start, liked=liked, other=other, target=target)
        expect_close(rounds, solve(start, liked, other, target), wrong)


@exercise(difficulty="core", minutes=8, check=_check_rounds_to)
def rounds_to(odds: float, liked: float, other: float, target: float) -> int:
    """Return the first round at which the odds of two classes reach a target.

    odds are those of the liked class against the other at round 0, below
    the target; liked and other are the keep probabilities. All examples are
    right.
    """
    per_round = np.log(liked / other)
    return int(np.ceil(np.log(target / odds) / per_round - 1e-9))


def _check_divergence_of_the_best(answer: Function, solve: Function) -> None:
    law = np.array([0.5, 0.3, 0.2])
    best = np.diff(np.concatenate([[0.0], np.cumsum(law)]) ** 4)
    power = law**4 / np.sum(law**4)
    got = _number(answer(law, 4))
    if got is not None:
        for name, mistaken in (
            ("bound", math.log(4) - 3 / 4),
            ("bits", solve(law, 4) / math.log(2)),
            ("order", solve(law[::-1], 4)),
            ("reversed", np.sum(law * np.log(law / best))),
            ("power", np.sum(power * np.log(power / law))),
            ("entropy", -np.sum(best * np.log(best))),
        ):
            if math.isclose(got, mistaken):
                raise WrongAnswerError(_say(f"divergence_of_the_best.wrong.{name}"))
    rare = 1 / np.arange(100, 0, -1)
    rare /= rare.sum()
    last = _number(answer(rare, 256))
    if last is not None and math.isnan(last):
        raise WrongAnswerError(_say("divergence_of_the_best.wrong.nan"))
    for probabilities, n in ((law, 4), (np.array([0.25, 0.75]), 1), (np.full(50, 0.02), 16), (rare, 256)):
        wrong = _say("divergence_of_the_best.wrong.value", n=n)
        expect_close(answer(probabilities, n), solve(probabilities, n), wrong)


@exercise(difficulty="stretch", minutes=15, check=_check_divergence_of_the_best)
def divergence_of_the_best(probabilities: np.ndarray, n: int) -> float:
    """Return the divergence of the best of n draws from one draw, in nats.

    probabilities are those of one draw, all above 0, the worst category
    first. Divergence: the sum of q log(q/p), q being the law of the best;
    a term with q = 0 counts 0.
    """
    cumulative = np.concatenate([[0.0], np.cumsum(probabilities)])
    best = np.diff(cumulative**n)
    occurs = best > 0
    ratio = best[occurs] / probabilities[occurs]
    return float(np.sum(best[occurs] * np.log(ratio)))
