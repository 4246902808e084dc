"""The keywords of reviews with `jieba.analyse`, as its documentation shows it.

    python keywords.py --method tfidf --reviews all.csv
"""

import logging

import jieba
import jieba.analyse

from contender import arguments, contend

METHODS = {"tfidf": jieba.analyse.extract_tags, "textrank": jieba.analyse.textrank}


def main():
    parser = arguments(__doc__)
    parser.add_argument("--method", choices=METHODS, required=True)
    args = parser.parse_args()
    jieba.setLogLevel(logging.WARNING)
    method = METHODS[args.method]
    contend(args, lambda text: len(method(text, topK=5, withWeight=True)))


if __name__ == "__main__":
    main()
