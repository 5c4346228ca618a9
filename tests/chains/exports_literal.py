"""Six decompositions of gross exports, term by term as the papers print them: dense and slow.

Every formula is written out with loops over economies and explicit inverses. Nothing of the package
is used, and nothing here is fast.
"""

import numpy as np


class Literal:
    """A table as blocks: A[s][r] (S x S), Y[s][r] (S), x[s] (S), v[s] (S)."""

    def __init__(self, Z, Y, economies, groups=None):
        """Take flows, final demand by economy, and optionally a grouping of economies.

        A group is treated by building the table in which it is one economy with all its nodes.
        """
        n = economies
        S = len(Z) // n
        x = Z.sum(axis=1) + Y.sum(axis=1)
        A = Z / x
        v = 1 - A.sum(axis=0)
        parts = groups or [[i] for i in range(n)]
        self.G = range(len(parts))
        where = [np.concatenate([np.arange(i * S, i * S + S) for i in p]) for p in parts]
        B = np.linalg.inv(np.eye(n * S) - A)
        self.where, self.whole, self.S, self.members = where, A, S, parts
        self.A = [[A[np.ix_(where[s], where[r])] for r in self.G] for s in self.G]
        self.B = [[B[np.ix_(where[s], where[r])] for r in self.G] for s in self.G]
        self.Y = [[Y[where[s]][:, parts[r]].sum(axis=1) for r in self.G] for s in self.G]
        self.x = [x[where[s]] for s in self.G]
        self.v = [v[where[s]] for s in self.G]
        self.vhat = v
        self.L = [np.linalg.inv(np.eye(len(where[s])) - self.A[s][s]) for s in self.G]

    def e(self, s, r):
        return self.A[s][r] @ self.x[r] + self.Y[s][r]

    def total(self, s):
        return sum(self.e(s, r) for r in self.G if r != s)

    def without(self, s, partners=None, rows=None):
        """Return blocks of the inverse without sales of inputs by s to the partners."""
        A = self.whole.copy()
        for r in self.G:
            if r == s or (partners is not None and r not in partners):
                continue
            sold = (
                self.where[s] if rows is None else [i for i in self.where[s] if i % self.S in rows]
            )
            A[np.ix_(sold, self.where[r])] = 0.0
        B = np.linalg.inv(np.eye(len(A)) - A)
        return [[B[np.ix_(self.where[a], self.where[b])] for b in self.G] for a in self.G]

    def fold(self, s, vector):
        return vector.reshape(len(self.members[s]), self.S).sum(axis=0)

    def fold_rows(self, t, matrix):
        return matrix.reshape(len(self.members[t]), self.S, -1).sum(axis=0)


def source_based(m, s, r, partners=None, rows=None):
    """Borin and Mancini (2023), exporting-country perspective, by exporting industry."""
    X = m.without(s, partners, rows)
    others = [t for t in m.G if t != s]
    mask = np.ones(len(m.where[s]))
    if rows is not None:
        mask = np.array([float(i % m.S in rows) for i in m.where[s]])
    if partners is not None and r not in partners:
        mask = 0 * mask
    d = m.v[s] @ X[s][s]
    f = sum(m.v[t] @ X[t][s] for t in others)
    d2 = m.v[s] @ (m.B[s][s] - X[s][s])
    f2 = sum(m.v[t] @ (m.B[t][s] - X[t][s]) for t in others)
    AL = m.A[s][r] @ m.L[r]
    zero = np.zeros(len(m.where[r]))

    def later(absorbers):
        out = zero.copy()
        for j in m.G:
            if j == r:
                continue
            for k in m.G:
                for l in absorbers:
                    out = out + m.A[r][j] @ m.B[j][k] @ m.Y[k][l]
        return out

    third = sum((m.Y[r][j] for j in m.G if j not in (r, s)), start=zero)
    every = sum((m.Y[r][j] for j in m.G if j != r), start=zero)
    terms = {
        "EXGR": m.e(s, r),
        "VAX1": d * m.Y[s][r],
        "VAX2": d * (AL @ m.Y[r][r]),
        "VAX3": d * (AL @ third),
        "VAX4": d * (AL @ later(others)),
        "REF1": d * (AL @ m.Y[r][s]),
        "REF2": d * (AL @ later([s])),
        "DDC": d2 * m.e(s, r),
        "FVA1": f * m.Y[s][r],
        "FVA2": f * (AL @ m.Y[r][r]),
        "FVA3": f * (AL @ every),
        "FVA4": f * (AL @ later(m.G)),
        "FDC": f2 * m.e(s, r),
    }
    return {k: m.fold(s, mask * q) for k, q in terms.items()}


def source_based_by_origin(m, s, r):
    """Borin and Mancini (2023), some terms by industry in which the value was added."""
    X = m.without(s)
    V = np.diag(m.v[s])
    AL = m.A[s][r] @ m.L[r]
    own = m.fold_rows(s, V @ X[s][s])
    again = m.fold_rows(s, V @ (m.B[s][s] - X[s][s]))
    foreign = sum(m.fold_rows(t, np.diag(m.v[t]) @ X[t][s]) for t in m.G if t != s)
    return {
        "VAX1": own @ m.Y[s][r],
        "VAX2": own @ AL @ m.Y[r][r],
        "REF1": own @ AL @ m.Y[r][s],
        "DDC": again @ m.e(s, r),
        "FVA1": foreign @ m.Y[s][r],
        "FVA2": foreign @ AL @ m.Y[r][r],
    }


def sink_based(m, s, r):
    """Borin and Mancini (2019), sink-based, exporting-country perspective."""
    X = m.without(s)
    others = [t for t in m.G if t != s]
    d = m.v[s] @ m.B[s][s]
    f = sum(m.v[t] @ m.B[t][s] for t in others)
    AL = m.A[s][r] @ m.L[r]
    zero = np.zeros(len(m.where[r]))

    def later(absorbers):
        out = zero.copy()
        for j in m.G:
            if j == r:
                continue
            for l in absorbers:
                for k in others:
                    out = out + m.A[r][j] @ X[j][k] @ m.Y[k][l]
                if l == s:
                    out = out + m.A[r][j] @ X[j][s] @ m.Y[s][s]
        return out

    again = sum((m.A[r][j] @ X[j][s] @ m.total(s) for j in m.G if j != r), start=zero)
    third = sum((m.Y[r][j] for j in m.G if j not in (r, s)), start=zero)
    every = sum((m.Y[r][j] for j in m.G if j != r), start=zero)
    vax1, vax2 = d * m.Y[s][r], d * (AL @ m.Y[r][r])
    terms = {
        "EXGR": m.e(s, r),
        "VAX1": vax1,
        "VAX2": vax2,
        "VAX3": d * (AL @ third),
        "VAX4": d * (AL @ later(others)),
        "REF1": d * (AL @ m.Y[r][s]),
        "REF2": d * (AL @ later([s])),
        "DDC": d * (AL @ again),
        "FVA1": f * m.Y[s][r],
        "FVA2": f * (AL @ m.Y[r][r]),
        "FVA3": f * (AL @ every),
        "FVA4": f * (AL @ later(m.G)),
        "FDC": f * (AL @ again),
        "VAXIM": vax1 + vax2 + d * (AL @ later([r])),
    }
    return {k: m.fold(s, q) for k, q in terms.items()}


def miroudot_ye(m, s, r, partners=None, rows=None):
    """Miroudot and Ye (2021): B = B' + B' A_I B with A_I the sales across the border."""
    X = m.without(s, partners, rows)
    mask = np.ones(len(m.where[s]))
    if rows is not None:
        mask = np.array([float(i % m.S in rows) for i in m.where[s]])
    if partners is not None and r not in partners:
        mask = 0 * mask
    crossing = [
        np.where(mask_rows(m, s, rows)[:, None], m.A[s][j], 0.0)
        if j != s and (partners is None or j in partners)
        else 0 * m.A[s][j]
        for j in m.G
    ]
    again = [X[t][s] @ sum(crossing[j] @ m.B[j][s] for j in m.G) for t in m.G]
    q = mask * m.e(s, r)
    others = [t for t in m.G if t != s]
    terms = {
        "EXGR": q,
        "DVA": (m.v[s] @ X[s][s]) * q,
        "DDC": (m.v[s] @ again[s]) * q,
        "FVA": sum(m.v[t] @ X[t][s] for t in others) * q,
        "FDC": sum(m.v[t] @ again[t] for t in others) * q,
    }
    return {k: m.fold(s, part) for k, part in terms.items()}


def miroudot_ye_world(m, s, r):
    """Miroudot and Ye (2021), world perspective: A_I is all that crosses any border."""
    size = range(len(m.whole))
    owner = {i: g for g in m.G for i in m.where[g]}
    crosses = np.array([[owner[i] != owner[j] for j in size] for i in size])
    crossing = np.where(crosses, m.whole, 0.0)
    B = np.linalg.inv(np.eye(len(size)) - m.whole)
    X = np.linalg.inv(np.eye(len(size)) - (m.whole - crossing))
    once, more = X @ crossing @ X, X @ crossing @ (B - X)
    own, q = m.where[s], m.e(s, r)
    abroad = [i for i in size if owner[i] != s]
    terms = {
        "EXGR": q,
        "DVA": (m.v[s] @ X[np.ix_(own, own)]) * q,
        "DDC": (m.v[s] @ (once + more)[np.ix_(own, own)]) * q,
        "FVA": (m.vhat[abroad] @ X[np.ix_(abroad, own)]) * q,
        "FDC1": (m.vhat[abroad] @ once[np.ix_(abroad, own)]) * q,
        "FDC2": (m.vhat[abroad] @ more[np.ix_(abroad, own)]) * q,
    }
    return {k: m.fold(s, part) for k, part in terms.items()}


def oecd(m, s, r):
    """OECD (2019): EXGR_DDC, EXGR_IDC, EXGR_RIM, EXGR_FVA; VAX, GVCB and GVCF besides."""
    L, q = m.L[s], m.e(s, r)
    direct = np.diag(np.diag(L))
    others = [t for t in m.G if t != s]
    terms = {
        "EXGR": q,
        "EXGR_DDC": (m.v[s] @ direct) * q,
        "EXGR_IDC": (m.v[s] @ (L - direct)) * q,
        "EXGR_RIM": (m.v[s] @ (m.B[s][s] - L)) * q,
        "EXGR_FVA": sum(m.v[t] @ m.B[t][s] for t in others) * q,
        "VAX": m.v[s] * sum(m.B[s][k] @ m.Y[k][r] for k in m.G),
        "GVCB": (m.v[r] @ m.B[r][s]) * m.total(s),
        "GVCF": m.v[s] * (m.B[s][r] @ m.total(r)),
    }
    return {k: m.fold(s, part) for k, part in terms.items()}


def wang_wei_zhu(m, s, r):
    """Wang, Wei and Zhu (2013), equation 22 and its sixteen terms."""
    A, B, L, Y, v, G = m.A, m.B, m.L, m.Y, m.v, m.G
    third = [t for t in G if t not in (s, r)]
    zero = np.zeros(len(m.where[r]))
    whole, alone = v[s] @ B[s][s], v[s] @ L[s]
    importer = v[r] @ B[r][s]
    other = sum((v[t] @ B[t][s] for t in third), start=np.zeros(len(m.where[s])))
    t5 = zero.copy()
    for t in third:
        for u in G:
            if u not in (s, t):
                t5 = t5 + B[r][t] @ Y[t][u]
    terms = {
        "EXGR": m.e(s, r),
        "DVA_FIN": whole * Y[s][r],
        "DVA_INT": alone * (A[s][r] @ B[r][r] @ Y[r][r]),
        "DVA_INTrex1": alone * (A[s][r] @ sum((B[r][t] @ Y[t][t] for t in third), start=zero)),
        "DVA_INTrex2": alone * (A[s][r] @ B[r][r] @ sum((Y[r][t] for t in third), start=zero)),
        "DVA_INTrex3": alone * (A[s][r] @ t5),
        "RDV_FIN1": alone * (A[s][r] @ B[r][r] @ Y[r][s]),
        "RDV_FIN2": alone * (A[s][r] @ sum((B[r][t] @ Y[t][s] for t in third), start=zero)),
        "RDV_INT": alone * (A[s][r] @ B[r][s] @ Y[s][s]),
        "DDC_FIN": alone * (A[s][r] @ B[r][s] @ sum(Y[s][t] for t in G if t != s)),
        "DDC_INT": (whole - alone) * (A[s][r] @ m.x[r]),
        "FVA_FIN1": importer * Y[s][r],
        "FVA_FIN2": other * Y[s][r],
        "FVA_INT1": importer * (A[s][r] @ L[r] @ Y[r][r]),
        "FVA_INT2": other * (A[s][r] @ L[r] @ Y[r][r]),
        "MDC": importer * (A[s][r] @ L[r] @ m.total(r)),
        "ODC": other * (A[s][r] @ L[r] @ m.total(r)),
    }
    return {k: m.fold(s, part) for k, part in terms.items()}


def koopman_wang_wei(m, s):
    """Koopman, Wang and Wei (2014), equation 36: one number for each of the nine terms."""
    A, B, L, Y, v, G = m.A, m.B, m.L, m.Y, m.v, m.G
    others = [r for r in G if r != s]
    return {
        "EXGR": m.total(s).sum(),
        "VAX1": v[s] @ sum(B[s][s] @ Y[s][r] for r in others),
        "VAX2": v[s] @ sum(B[s][r] @ Y[r][r] for r in others),
        "VAX3": v[s] @ sum(B[s][r] @ Y[r][t] for r in others for t in others if t != r)
        if len(others) > 1
        else 0.0,
        "REF1": v[s] @ sum(B[s][r] @ Y[r][s] for r in others),
        "REF2": v[s] @ sum(B[s][r] @ A[r][s] @ L[s] @ Y[s][s] for r in others),
        "DDC": v[s] @ sum(B[s][r] @ A[r][s] @ L[s] @ m.total(s) for r in others),
        "FVA1": sum(v[t] @ B[t][s] @ Y[s][r] for t in others for r in others),
        "FVA2": sum(v[t] @ B[t][s] @ A[s][r] @ L[r] @ Y[r][r] for t in others for r in others),
        "FDC": sum(v[t] @ B[t][s] @ A[s][r] @ L[r] @ m.total(r) for t in others for r in others),
    }


def mask_rows(m, s, rows):
    return np.array([rows is None or i % m.S in rows for i in m.where[s]])
