/* ROT13 as a WASI module without a C library: reads one JSON object from stdin, moves the letters of
 * its member "text", and answers on stdout. What it imports of WASI is declared by hand. */

typedef unsigned char byte;
typedef unsigned int word;

typedef struct {
    const byte *start;
    word length;
} slice;

__attribute__((import_module("wasi_snapshot_preview1"), import_name("fd_read")))
extern int fd_read(int descriptor, const slice *slices, word count, word *done);
__attribute__((import_module("wasi_snapshot_preview1"), import_name("fd_write")))
extern int fd_write(int descriptor, const slice *slices, word count, word *done);
__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_exit")))
extern _Noreturn void proc_exit(int code);

enum { input_limit = 16384 };
static byte input[input_limit];

static void put(const void *start, word length) {
    const byte *rest = start;
    while (length > 0) {
        slice one = {rest, length};
        word done = 0;
        if (fd_write(1, &one, 1, &done) != 0 || done == 0) proc_exit(1);
        rest += done;
        length -= done;
    }
}

#define PUT(text) put(text, sizeof(text) - 1)

static _Noreturn void fail(const char *message, word length) {
    PUT("{\"error\":\"");
    put(message, length);
    PUT("\",\"mentat_meta\":{\"seconds\":null}}\n");
    proc_exit(2);
}

#define FAIL(text) fail(text, sizeof(text) - 1)

static byte moved(byte letter) {
    if (letter >= 'a' && letter <= 'z') return 'a' + (letter - 'a' + 13) % 26;
    if (letter >= 'A' && letter <= 'Z') return 'A' + (letter - 'A' + 13) % 26;
    return letter;
}

/* The byte behind the string whose opening quote is at `at`; 0 where it has no end. */
static word string_end(word at, word length) {
    for (at++; at < length; at++) {
        if (input[at] == '\\') at++;
        else if (input[at] == '"') return at + 1;
    }
    return 0;
}

static word skip_space(word at, word length) {
    while (at < length && (input[at] == ' ' || input[at] == '\n' || input[at] == '\r' || input[at] == '\t')) at++;
    return at;
}

static int is_text_name(word at, word end) {
    static const byte name[] = "\"text\"";
    if (end - at != sizeof(name) - 1) return 0;
    for (word i = 0; i < sizeof(name) - 1; i++) if (input[at + i] != name[i]) return 0;
    return 1;
}

__attribute__((export_name("_start")))
void start(void) {
    word length = 0;
    for (;;) {
        if (length == input_limit) FAIL("the input is larger than 16 KiB");
        slice rest = {input + length, input_limit - length};
        word done = 0;
        if (fd_read(0, &rest, 1, &done) != 0) FAIL("stdin cannot be read");
        if (done == 0) break;
        length += done;
    }
    for (word at = 0; at < length; at++) {
        if (input[at] != '"') continue;
        word end = string_end(at, length);
        if (end == 0) FAIL("stdin holds no JSON");
        word next = skip_space(end, length);
        if (is_text_name(at, end) && next < length && input[next] == ':') {
            word value = skip_space(next + 1, length);
            word past = value < length && input[value] == '"' ? string_end(value, length) : 0;
            if (past == 0) FAIL("the input 'text' is missing or no string");
            for (word i = value + 1; i < past - 1; i++) {
                /* An escape stands for itself: its letter is syntax, not text. */
                if (input[i] == '\\') i += input[i + 1] == 'u' ? 5 : 1;
                else input[i] = moved(input[i]);
            }
            PUT("{\"result\":{\"text\":");
            put(input + value, past - value);
            PUT("},\"mentat_meta\":{\"tokens_input\":0,\"tokens_output\":0,\"seconds\":null,\"model\":null}}\n");
            proc_exit(0);
        }
        at = end - 1;
    }
    FAIL("the input 'text' is missing or no string");
}
