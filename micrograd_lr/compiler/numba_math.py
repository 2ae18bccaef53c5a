"""exp, log1p, log and tanh for Numba. The first two are polynomials without branches, which LLVM can vectorise."""

from __future__ import annotations

import math
import struct
from fractions import Fraction
from itertools import zip_longest

from micrograd_lr.compiler.kernel_cache import KernelCache, digest_of
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_REMEDY = 'pip install "micrograd_lr[fast]"'
numba = need("numba", _REMEDY)
_extending = need("numba.extending", _REMEDY)
_ir = need("llvmlite.ir", _REMEDY)
_arrays, _cgutils = need("numba.np.arrayobj", _REMEDY), need("numba.core.cgutils", _REMEDY)

# Without "reassoc", which would fold (t + ROUND) - ROUND to t; without "nnan" and "ninf", because NaN and ∞ occur.
_to_code = numba.njit(error_model="numpy", fastmath={"contract"})


def _compiled(function: Callable[[float], float]) -> Callable[[float], float]:
    dispatcher = _to_code(function)
    dispatcher._cache = KernelCache(f"{function.__name__} of {digest_of('numba_math')}")
    return dispatcher  # type: ignore[no-any-return]


_ROUND = 6755399441055744.0  # 1.5·2⁵²: adding it leaves the nearest integer in the low bits
_ROUND_BITS = 0x4338000000000000
_LOG2_E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10  # ln 2 in 33 bits, and the rest
_LN2 = 0.6931471805599453
_LOWEST, _HIGHEST = -746.0, 710.0  # beyond, exp is 0 and infinity
_SQRT2_LESS_1 = 0.41421356237309503


def _economised(taylor: list[Fraction], radius: Fraction, count: int) -> list[float]:
    """The first `count` coefficients of a polynomial, changed so that they approximate all of it for |x| ≤ radius.

    Of all polynomials xᵏ + …, Chebyshev's rᵏ Tₖ(x/r) / 2ᵏ⁻¹ is the one nearest to 0. So multiples of it are
    subtracted, from the highest power down.
    """
    kept = [*taylor]
    while len(kept) > count:
        before, chebyshev = [Fraction(1)], [Fraction(0), Fraction(1)]
        while len(chebyshev) < len(kept):  # Tₖ₊₁ = 2x Tₖ - Tₖ₋₁
            twice = [Fraction(0), *(2 * c for c in chebyshev)]
            before, chebyshev = chebyshev, [c - d for c, d in zip_longest(twice, before, fillvalue=Fraction(0))]
        top, k = kept.pop(), len(kept)
        for i, c in enumerate(chebyshev[:-1]):
            kept[i] -= top * radius ** (k - i) * c / chebyshev[-1]
    return [float(c) for c in kept]


# (eʳ - 1 - r)/r² for |r| ≤ (ln 2)/2; and (2 artanh(s) - 2s)/s³ for |s| ≤ 3 - 2√2, where every other coefficient is 0
_E2, _E3, _E4, _E5, _E6, _E7, _E8, _E9, _E10, _E11 = _economised(
    [Fraction(1, math.factorial(k)) for k in range(2, 16)], Fraction(0.34658), 10
)
_L0, _L2, _L4, _L6, _L8, _L10, _L12 = _economised(
    [Fraction((k + 1) % 2 * 2, k + 3) for k in range(25)], Fraction(0.171573), 13
)[::2]


def _bits(x: float) -> int:
    """The bits of a float, as an integer."""
    return int(struct.unpack("<q", struct.pack("<d", x))[0])


def _float_of(bits: int) -> float:
    """The float of these 64 bits."""
    return float(struct.unpack("<d", struct.pack("<Q", bits % 2**64))[0])


@_extending.intrinsic
def _cast_to_bits(typing: Any, x: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.bitcast(values[0], _ir.IntType(64))

    return numba.int64(numba.float64), generate


@_extending.intrinsic
def _cast_to_float(typing: Any, x: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.bitcast(values[0], _ir.DoubleType())

    return numba.float64(numba.int64), generate


@_extending.intrinsic
def prefetch(typing: Any, array: Any, j: Any, i: Any) -> Any:
    """Start to load the cache line of ``array[j, i]``, which a later loop reads."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        view = _arrays.make_array(array)(context, builder, values[0])
        place = _cgutils.get_item_pointer(context, builder, array, view, values[1:], wraparound=False)
        pointer, number = _ir.IntType(8).as_pointer(), _ir.IntType(32)
        kind = _ir.FunctionType(_ir.VoidType(), [pointer, number, number, number])
        function = _cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(function, [builder.bitcast(place, pointer), number(0), number(2), number(1)])
        return context.get_dummy_value()

    return numba.void(array, numba.intp, numba.intp), generate


@_extending.intrinsic
def wide_vectors(typing: Any) -> Any:
    """Let the function that calls this use vectors of 512 bits: on some processors LLVM uses only 256 of them."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        builder.function.attributes.update(['"prefer-vector-width"="512"'])
        return context.get_dummy_value()

    return numba.void(), generate


_extending.overload(_bits)(lambda x: lambda x: _cast_to_bits(x))
_extending.overload(_float_of)(lambda bits: lambda bits: _cast_to_float(bits))


@_compiled
def exp(t: float) -> float:
    """eᵗ, within 1.2 ulp: t = k ln 2 + r, a polynomial in r, and k added to the exponent in two halves."""
    t = _LOWEST if t < _LOWEST else t
    t = _HIGHEST if t > _HIGHEST else t
    shifted = t * _LOG2_E + _ROUND
    k = _bits(shifted) - _ROUND_BITS
    whole = shifted - _ROUND
    r = (t - whole * _LN2_HIGH) - whole * _LN2_LOW
    p = _E11
    p = p * r + _E10
    p = p * r + _E9
    p = p * r + _E8
    p = p * r + _E7
    p = p * r + _E6
    p = p * r + _E5
    p = p * r + _E4
    p = p * r + _E3
    p = p * r + _E2
    p = p * r * r + r + 1.0
    half = k >> 1
    return p * _float_of((half + 1023) << 52) * _float_of((k - half + 1023) << 52)


@_compiled
def log1p(e: float) -> float:
    """log(1 + e) for 0 ≤ e ≤ 1, within 2 ulp: 2 artanh(f/(2 + f)), f = e, or (e - 1)/2 and ln 2 above √2 - 1."""
    large = e > _SQRT2_LESS_1
    f = (e - 1.0) * 0.5 if large else e
    s = f / (2.0 + f)
    q = s * s
    p = _L12
    p = p * q + _L10
    p = p * q + _L8
    p = p * q + _L6
    p = p * q + _L4
    p = p * q + _L2
    p = p * q + _L0
    return (f - s * (f - p * q)) + (_LN2 if large else 0.0)


@_compiled
def log(x: float) -> float:
    """The natural logarithm; -inf at 0 and NaN below."""
    return math.log(x) if x > 0.0 else -math.inf if x == 0.0 else math.nan


@_compiled
def tanh(x: float) -> float:
    """The hyperbolic tangent."""
    return math.tanh(x)
