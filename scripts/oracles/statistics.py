#!/usr/bin/env python3
"""Writes what scipy says about cases that tests/report/statistics_test.cpp puts to our own functions.

    python scripts/oracles/statistics.py tests/report/data/statistics.json

Needs numpy and scipy.
"""
import json
import sys

import numpy as np
from scipy import stats


def fisher():
    cases = [(62, 160, 57, 160), (38, 160, 30, 160), (46, 160, 39, 160), (146, 480, 126, 480), (147, 480, 146, 480),
             (62, 160, 60, 160), (57, 160, 60, 160), (60, 160, 68, 160), (68, 160, 58, 160), (23, 64, 32, 32),
             (26, 64, 1, 32), (18, 64, 3, 32), (26, 160, 68, 320), (26, 160, 28, 160), (22, 64, 5, 32), (0, 10, 0, 10),
             (0, 7, 5, 5)]
    return [{"args": c, "p": stats.fisher_exact([[c[0], c[1] - c[0]], [c[2], c[3] - c[2]]]).pvalue} for c in cases]


def chi_square():
    cases = [[(k, 160) for k in (60, 64, 68, 58, 58, 66)], [(k, 128) for k in (28, 32, 36, 26, 26, 34)],
             [(k, 32) for k in (3, 9, 15, 8, 7, 8)], [(k, 32) for k in (1, 5, 2, 1, 1, 3)],
             [(k, 32) for k in (12, 7, 6, 7, 5, 13)], [(k, 32) for k in (12, 11, 13, 10, 13, 10)], [(3, 10), (40, 60)]]
    out = []
    for groups in cases:
        table = np.array([[k, n - k] for k, n in groups])
        result = stats.chi2_contingency(table, correction=False)
        out.append({"groups": groups, "statistic": result.statistic, "degrees": int(result.dof), "p": result.pvalue})
    return out


def t_test():
    cases = [[5 / 160, 8 / 160, 7 / 160], [1.0, -2.0, 0.5, 3.0], [0.1, 0.2, 0.15, 0.12, 0.18, 0.11, 0.3]]
    out = []
    for values in cases:
        result = stats.ttest_1samp(values, 0)
        out.append({"values": values, "statistic": result.statistic, "p": result.pvalue})
    return out


def ranks():
    rng = np.random.default_rng(5)
    x = rng.normal(size=40)
    cases = [(x, -x + rng.normal(size=40)), (np.round(x), np.round(2 * rng.normal(size=40))), ([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]),
             ([1, 2, 3], [3, 2, 1])]
    out = []
    for a, b in cases:
        result = stats.spearmanr(a, b)
        out.append({"x": [float(v) for v in a], "y": [float(v) for v in b], "rho": result.statistic, "p": result.pvalue})
    return out


def partial_ranks():
    """Correlation of the residuals of the ranks of x and y after those of z."""
    rng = np.random.default_rng(6)
    z = rng.normal(size=30)
    x, y = z + rng.normal(size=30), z - rng.normal(size=30)
    rx, ry, rz = (stats.rankdata(v) for v in (x, y, z))
    a, b = (r - np.polyval(np.polyfit(rz, r, 1), rz) for r in (rx, ry))
    rho = stats.pearsonr(a, b).statistic
    p = 2 * stats.t.sf(abs(rho) * np.sqrt(27 / (1 - rho * rho)), 27)
    return {"x": x.tolist(), "y": y.tolist(), "z": z.tolist(), "rho": rho, "p": p}


def wilson():
    cases = [(68, 160), (99, 320), (68, 320), (39, 640), (147, 480), (146, 480), (126, 480), (0, 10), (10, 10), (1, 1), (3, 7)]
    out = []
    for k, n in cases:
        interval = stats.binomtest(k, n).proportion_ci(method="wilson")
        out.append({"k": k, "n": n, "low": interval.low, "high": interval.high})
    return out


def pass_at_k():
    """By the hypergeometric distribution: no success among k of n drawn without putting back."""
    return [{"c": c, "n": n, "k": k, "value": float(1 - stats.hypergeom.pmf(0, n, c, k))}
            for c, n, k in [(18, 64, 1), (18, 64, 4), (2, 64, 16), (2, 64, 64), (0, 64, 8), (60, 64, 8), (1, 1, 1), (3, 32, 5)]]


def bootstrap():
    """Percentile bootstrap of the mean of task rates, as scipy draws it."""
    rates = [15 / 32, 2 / 32, 1.0, 6 / 32, 13 / 32]
    result = stats.bootstrap((rates,), np.mean, method="percentile", n_resamples=200000, rng=np.random.default_rng(1))
    return {"values": rates, "low": float(result.confidence_interval.low), "high": float(result.confidence_interval.high)}


def signs():
    return [{"above": a, "below": b, "p": stats.binomtest(a, a + b).pvalue} for a, b in [(3, 0), (4, 1), (7, 9), (5, 5), (10, 0)]]


def quantiles():
    values = [3.5, 1.0, 9.0, 2.0, 2.0, 7.25]
    return {"values": values, "q": {str(q): float(np.quantile(values, q)) for q in (0, 0.025, 0.25, 0.5, 0.9, 1)},
            "std": float(np.std(values, ddof=1))}


def main():
    table = {"made_by": "scripts/oracles/statistics.py", "fisher": fisher(), "chi_square": chi_square(), "t_test": t_test(),
             "spearman": ranks(), "partial_spearman": partial_ranks(), "wilson": wilson(), "pass_at_k": pass_at_k(),
             "bootstrap": bootstrap(), "sign": signs(), "quantiles": quantiles()}
    with open(sys.argv[1], "w") as out:
        out.write("{\n" + ",\n".join(json.dumps(name) + ": " + json.dumps(value) for name, value in table.items()) + "\n}\n")


if __name__ == "__main__":
    main()
