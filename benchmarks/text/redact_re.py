"""Personal data in reviews replaced by Python's `re`: compiled patterns, one after the other, as most people write it.

    python redact_re.py --reviews all.csv

A digit that goes on is no end of a number, so the patterns look around; `\\b` would not do, since Chinese characters are
letters too. Nothing is verified: no checksums, no dates.
"""

import re

from contender import arguments, contend

# Those that others could be taken for come first.
PATTERNS = [
    ("EMAIL", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII),
    ("URL", r"(?:https?://|www\.)[\w\-.~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII | re.IGNORECASE),
    ("IP", r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])", re.ASCII),
    ("ID_CARD", r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)", re.ASCII),
    ("BANK_CARD", r"(?<!\d)(?:62\d{14,17}|[3-6]\d{3}(?:[ -]?\d{4}){3})(?!\d)", re.ASCII),
    ("PHONE", r"(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)", re.ASCII),
    ("PHONE", r"(?<!\d)0\d{2,3}[ -]?\d{7,8}(?!\d)|(?<!\d)[48]00-?\d{3}-?\d{4}(?!\d)", re.ASCII),
    ("PHONE", r"(?<!\d)(?:\+\d{1,3}[ .-]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\d)", re.ASCII),
    ("PLATE", r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][ ·]?[A-HJ-NP-Z0-9]{5,6}(?![A-Z0-9])", 0),
    ("PASSPORT", r"(?<![A-Za-z0-9])[EG]\d{8}(?!\d)", re.ASCII),
    ("DATE_OF_BIRTH", r"(?:(?<=生日)|(?<=出生)|(?<=出生日期))[:： ]?(?:19|20)\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?", 0),
    ("ACCOUNT", r"(?:(?<=微信)|(?<=微信号)|(?<=QQ))[:： ]?[A-Za-z0-9][\w-]{4,19}", re.ASCII),
]


def main():
    args = arguments(__doc__).parse_args()
    patterns = [(re.compile(pattern, flags), f"[{category}]") for category, pattern, flags in PATTERNS]

    def redact(text):
        for pattern, placeholder in patterns:
            text = pattern.sub(placeholder, text)
        return text

    contend(args, redact)


if __name__ == "__main__":
    main()
