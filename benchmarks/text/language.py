"""The language of reviews with langid, in its faster form py3langid.

    python language.py --languages zh,en --reviews reviews.csv

It is told which languages there are, which makes it surer.
"""

import py3langid

from contender import arguments, contend


def main():
    parser = arguments(__doc__)
    parser.add_argument("--languages", required=True, help="the codes to choose from, with commas between them")
    args = parser.parse_args()
    py3langid.set_languages(args.languages.split(","))
    contend(args, lambda text: py3langid.classify(text)[0])


if __name__ == "__main__":
    main()
