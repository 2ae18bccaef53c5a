"""The loss of one example becomes a function over millions.

The way of a call of ``value_and_grad(loss)``, by modules:

1. compiled: the call. It remembers the programs and kernels that were made before.
2. inputs: the arguments are checked, and become arrays.
3. tracing: the loss is run once on nodes that refuse to show their numbers (tracers), which are symbols (symbols).
4. sweeps: the engine's sweep differentiates it. What that leaves behind, loss and derivatives as symbols, is a program.
5. loops: symbols that differ only in an index (forms) become loops over the features, and over the rows of a matrix.
   products: a Hessian that is a product of data with data, which is BLAS's work.
6. schedule: the order of work.
7. codegen_python, codegen_numpy, codegen_numba (with numba_kernel): the kernel as source text (source, names).
8. load: the text becomes a function. Numba's machine code is kept on disk (kernel_cache); numba_math is what it calls.
9. run: the kernel passes over all examples, on several threads (threads).
10. outputs: its sums, in the shapes of the parameters.
11. nonfinite: if a number is NaN or infinite, which one, in which example, and why.

blocks adds up what the call gives for blocks of examples, wherever these are; dask_blocks does it with the chunks of
Dask's arrays. by_batch gives `gradient` and `hessian` the option ``batch=``. codegen_javascript writes a graph for a
page.
"""

PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "blocks": ["mapped"],
    "codegen_javascript": ["function", "symbolic"],
    "compiled": ["Compiled", "value_and_grad"],
    "symbols": ["Trace"],
    "tracers": ["TraceError"],
}  # fmt: skip
