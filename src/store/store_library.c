/*
 * Which SQLite runs, and whether it is one that the write lock is for.
 */
#include "store/store.h"

#include <sqlite3.h>

const char *assay_store_library(void)
{
    return sqlite3_libversion();
}

bool assay_store_library_has_reset_bug(void)
{
    int number = sqlite3_libversion_number();

    if (number >= 3051003 || number < 3007000)
        return false;
    return !(number >= 3050007 && number < 3051000) &&
           !(number >= 3044006 && number < 3045000);
}
