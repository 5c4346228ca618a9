"""Rows of numbers asked of memory before they are read.

What a processor fetches by itself begins anew with every page; a loop that takes some nanoseconds
for each number then waits. Asking some rows ahead, for the second level of the cache, lets memory
work while the loop does.
"""

from __future__ import annotations

from typing import Any

AHEAD = 16
"""Rows between the row that is read and the row that is asked for."""
LINE = 64
"""Bytes of a line of the cache."""


def ahead(numbers: Any, row: Any) -> None:
    """Ask for ``numbers[row]``; a plain call does nothing, a compiled one after `known`.

    Parameters
    ----------
    numbers : array
        Contiguous.
    row : tuple of int
        Position on all axes but the last.
    """


def known() -> None:
    """Tell numba what a compiled call of `ahead` does: one instruction for each line of the row."""
    from llvmlite import ir  # type: ignore[import-untyped]
    from numba.core import cgutils, types
    from numba.extending import lower_builtin, type_callable

    make: Any = cgutils
    lower: Any = lower_builtin

    @type_callable(ahead)
    def typed(context: Any) -> Any:
        return lambda numbers, row: types.void

    @lower(ahead, types.Array, types.BaseTuple)  # type: ignore[untyped-decorator]
    def lowered(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        kind = signature.args[0]
        array = context.make_array(kind)(context, builder, given[0])
        place = [*make.unpack_tuple(builder, given[1]), context.get_constant(types.intp, 0)]
        first = make.get_item_pointer(context, builder, kind, array, place, wraparound=False)
        number, byte = ir.IntType(32), ir.IntType(8).as_pointer()
        first = builder.bitcast(first, byte)
        shape = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        function = builder.module.declare_intrinsic("llvm.prefetch", [byte], shape)
        read, second_level, data = number(0), number(2), number(1)
        length = make.unpack_tuple(builder, array.shape)[-1]
        size = builder.mul(length, array.itemsize)
        step = context.get_constant(types.intp, LINE)
        with make.for_range_slice(builder, place[-1], size, step, inc=True) as (at, _):
            builder.call(function, [builder.gep(first, [at]), read, second_level, data])
        return context.get_dummy_value()
