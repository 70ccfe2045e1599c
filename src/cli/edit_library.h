/*
 * libedit, loaded when somebody types into a terminal: with its two libraries
 * it took 0.4 ms at the start of every command. Private to cli.
 */
#ifndef ASSAY_CLI_EDIT_LIBRARY_H
#define ASSAY_CLI_EDIT_LIBRARY_H

#include "assay/error.h"

#include <histedit.h>
#include <stdio.h>

/* The functions of histedit.h, by their own names. */
struct assay_edit {
    EditLine *(*el_init)(const char *program, FILE *in, FILE *out, FILE *err);
    void (*el_end)(EditLine *edit);
    int (*el_set)(EditLine *edit, int what, ...);
    int (*el_wset)(EditLine *edit, int what, ...);
    const char *(*el_gets)(EditLine *edit, int *bytes);
    History *(*history_init)(void);
    void (*history_end)(History *history);
    int (*history)(History *history, HistEvent *event, int what, ...);
};

/* Stays loaded once it was. SYSTEM: it is not there, or lacks a function. */
bool assay_edit_load(struct assay_edit *edit, struct assay_error *err);

#endif
