#pragma once
#include <stddef.h>
#include <stdint.h>
// The macro that gives ICU's functions the names that they have in its library, and nothing else: Foundation brings an ICU of its
// own along, whose types would be in the way of these.
#include <unicode/uvernum.h>

#define uspoof_open U_ICU_ENTRY_POINT_RENAME(uspoof_open)
#define uspoof_getSkeletonUTF8 U_ICU_ENTRY_POINT_RENAME(uspoof_getSkeletonUTF8)
#define uscript_getScript U_ICU_ENTRY_POINT_RENAME(uscript_getScript)

void *uspoof_open(int *status);
int32_t uspoof_getSkeletonUTF8(
    const void *checker, uint32_t type, const char *text, int32_t length, char *skeleton, int32_t capacity, int *status);
int uscript_getScript(int32_t character, int *status);

// Values that no release of ICU changes. A status above 0 is an error.
enum { lookalikes_buffer_overflow = 15, lookalikes_common = 0, lookalikes_inherited = 1, lookalikes_latin = 25 };

static inline const void *lookalikes_open(void) {
    int status = 0;
    void *checker = uspoof_open(&status);
    return status > 0 ? NULL : checker;
}

// The length of the skeleton, also where it does not fit; below 0 after an error.
static inline int32_t lookalikes_skeleton(
    const void *checker, const char *text, int32_t length, char *skeleton, int32_t capacity) {
    int status = 0;
    int32_t result = uspoof_getSkeletonUTF8(checker, 0, text, length, skeleton, capacity, &status);
    return status <= 0 || status == lookalikes_buffer_overflow ? result : -1;
}

// The number of a character's script; below 0 for a character of no script or of many.
static inline int32_t lookalikes_script(uint32_t character) {
    int status = 0;
    int script = uscript_getScript((int32_t)character, &status);
    return status > 0 || script == lookalikes_common || script == lookalikes_inherited ? -1 : script;
}

static inline int32_t lookalikes_latin_script(void) { return lookalikes_latin; }
