"""The words of reviews: jieba-rs, bare, through its Python binding, or jieba in Python; both with the hidden Markov model
for words that the dictionary lacks, as is the default of both.

    python words.py --library rjieba --reviews all.csv
"""

import logging

from contender import arguments, contend


def cutter(library):
    if library == "rjieba":
        import rjieba

        return rjieba.cut
    import jieba

    jieba.setLogLevel(logging.WARNING)
    return jieba.lcut


def main():
    parser = arguments(__doc__)
    parser.add_argument("--library", choices=["rjieba", "jieba"], required=True)
    args = parser.parse_args()
    cut = cutter(args.library)
    contend(args, lambda text: len(cut(text)))


if __name__ == "__main__":
    main()
