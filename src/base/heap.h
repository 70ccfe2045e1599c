/*
 * How memory is taken from the system.
 */
#ifndef ASSAY_BASE_HEAP_H
#define ASSAY_BASE_HEAP_H

/*
 * For a command of many threads that run long and hold little: they share one
 * heap, and what was large goes back to the system when it is freed. Before
 * the first thread begins.
 */
void assay_heap_share(void);
/* Gives back what is free between other things; after much was freed. */
void assay_heap_return(void);

#endif
