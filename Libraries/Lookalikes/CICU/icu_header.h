#pragma once
// In C, ICU's names carry its version by macros that Swift does not see; these have names of their own.
#include <unicode/uscript.h>
#include <unicode/uspoof.h>

static inline const USpoofChecker *lookalikes_open(void) {
    UErrorCode status = U_ZERO_ERROR;
    USpoofChecker *checker = uspoof_open(&status);
    return U_SUCCESS(status) ? checker : NULL;
}

// The length of the skeleton, also where it does not fit; below 0 after an error.
static inline int32_t lookalikes_skeleton(
    const USpoofChecker *checker, const char *text, int32_t length, char *skeleton, int32_t capacity) {
    UErrorCode status = U_ZERO_ERROR;
    int32_t result = uspoof_getSkeletonUTF8(checker, 0, text, length, skeleton, capacity, &status);
    return U_SUCCESS(status) || status == U_BUFFER_OVERFLOW_ERROR ? result : -1;
}

// The number of a character's script; below 0 for a character of no script or of many.
static inline int32_t lookalikes_script(uint32_t character) {
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript((UChar32)character, &status);
    return U_FAILURE(status) || script == USCRIPT_COMMON || script == USCRIPT_INHERITED ? -1 : (int32_t)script;
}

static const int32_t lookalikes_latin = USCRIPT_LATIN;
