"""The stem of each word by snowballstemmer; a line is a language and a word."""
import sys

import snowballstemmer

stemmers = {}
for line in sys.stdin.read().split("\n")[:-1]:
    language, word = line.split(" ")
    if language not in stemmers:
        stemmers[language] = snowballstemmer.stemmer(language)
    print(stemmers[language].stemWord(word))
