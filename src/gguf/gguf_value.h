/*
 * The value types of GGUF. Private to gguf.
 */
#ifndef ASSAY_GGUF_VALUE_H
#define ASSAY_GGUF_VALUE_H

#include <stddef.h>
#include <stdint.h>

/* Numbers are the format's own. */
enum assay_gguf_type {
    ASSAY_GGUF_U8,
    ASSAY_GGUF_I8,
    ASSAY_GGUF_U16,
    ASSAY_GGUF_I16,
    ASSAY_GGUF_U32,
    ASSAY_GGUF_I32,
    ASSAY_GGUF_F32,
    ASSAY_GGUF_BOOL,
    ASSAY_GGUF_STRING,
    ASSAY_GGUF_ARRAY,
    ASSAY_GGUF_U64,
    ASSAY_GGUF_I64,
    ASSAY_GGUF_F64,
};

/* Bytes of a value; 0 for strings, arrays, and what is no type. */
size_t assay_gguf_size(uint32_t type);
/* "u32", "string"; "unknown type". */
const char *assay_gguf_type_name(uint32_t type);

#endif
