/*
 * A file mapped for reading, however large. It may be shrunk or rewritten by
 * others while it is mapped: what is no longer there then reads as zeros,
 * and assay_mapped_check() says so; nothing crashes.
 *
 * How: the first mapping sets a handler for SIGBUS, the last one closed
 * takes it away. At a fault inside one of our mappings the handler puts
 * zeros from there to the mapping's end and marks it lost; the instruction
 * that read goes on, in whatever thread and under whatever locks. A fault
 * anywhere else goes to the handler that was there before. Nothing has to
 * be wrapped, and no stack is unwound; who uses the bytes asks once per step
 * of work, before the step's result is believed.
 */
#ifndef ASSAY_MAPPED_H
#define ASSAY_MAPPED_H

#include "assay/error.h"
#include "assay/str.h"

struct assay_mapped;

/*
 * Maps a whole regular file. Close with assay_mapped_close(). NULL:
 * NOT_FOUND, SYSTEM, LIMIT past max_bytes or 256 files at once, BAD_INPUT
 * for what is no file.
 */
struct assay_mapped *assay_mapped_open(const char *path, size_t max_bytes,
                                       struct assay_error *err);
/* Its bytes, until it is closed; from any thread. */
struct assay_str assay_mapped_bytes(const struct assay_mapped *mapped);
/*
 * False with SYSTEM when the file has been shrunk, rewritten, or could not
 * be read; what was computed of its bytes may be wrong. From any thread.
 */
bool assay_mapped_check(const struct assay_mapped *mapped,
                        struct assay_error *err);
/*
 * Part of its bytes was read and will not be soon: its pages need not stay.
 * Reading them again reads the file again. From any thread.
 */
void assay_mapped_give_back(const struct assay_mapped *mapped,
                            struct assay_str part);
/* No thread may still read the bytes. */
void assay_mapped_close(struct assay_mapped *mapped);

#endif
