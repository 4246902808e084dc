//! `clean_text(text)`: what a person would read of a text that came off a web page or out of a form.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use arrow::array::StringViewArray;
use arrow::datatypes::DataType;
use datafusion_common::Result;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};
use tronie_common::is_invisible;
use tronie_udf_kit::{Function, Parameters, UdfEnv, scalar_or_array, text_rows};
use unicode_normalization::{UnicodeNormalization, is_nfkc_quick};

const PARAMETERS: Parameters = Parameters {
    function: "clean_text",
    required: &["text"],
    options: &[],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::scalar(CleanText {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "The text without HTML tags, comments, scripts, control characters and invisible marks; entities decoded; \
         Unicode normalised to NFKC (so ＡＢＣ becomes ABC and ！ becomes !); white space folded to single spaces. NULL \
         where nothing is left.",
        "clean_text(text)",
    )
    .with_argument("text", "Any text. What has the form of a tag is one, as in a browser: `x<y>z` becomes `x z`, while `<3` and `a < b` stay.")
    .with_sql_example(
        "```sql
select clean_text('<p>Great&nbsp;phone,<br>１００％ <b>happy</b> &amp; calm</p>') as cleaned;
```
```text
+--------------------------------+
| cleaned                        |
+--------------------------------+
| Great phone, 100% happy & calm |
+--------------------------------+
```",
    )
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct CleanText {
    signature: Signature,
}

impl ScalarUDFImpl for CleanText {
    fn name(&self) -> &str {
        PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        PARAMETERS.text_and_options(types)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        // Offsets of 32 bits would not hold a batch of texts of a megabyte each.
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let texts = match &args.args[0] {
            ColumnarValue::Array(array) => Arc::clone(array),
            ColumnarValue::Scalar(text) => text.to_array()?,
        };
        let rows = text_rows(texts.as_ref())?;
        let cleaned: StringViewArray = rows.into_iter().map(|text| text.and_then(clean)).collect();
        scalar_or_array(&args.args[0], Arc::new(cleaned))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

fn clean(text: &str) -> Option<String> {
    let text = without_html(text);
    let text = if is_nfkc_quick(text.chars()) == unicode_normalization::IsNormalized::Yes {
        text
    } else {
        Cow::Owned(text.nfkc().collect())
    };
    let mut cleaned = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = !cleaned.is_empty();
        } else if !is_invisible(c) {
            if std::mem::take(&mut gap) {
                cleaned.push(' ');
            }
            cleaned.push(c);
        }
    }
    (!cleaned.is_empty()).then_some(cleaned)
}

/// Tags inside a line of text; every other tag separates words.
const INLINE: [&[u8]; 22] = [
    b"a", b"abbr", b"b", b"bdi", b"big", b"cite", b"code", b"del", b"em", b"font", b"i", b"ins", b"kbd", b"mark", b"q",
    b"s", b"small", b"span", b"strong", b"sub", b"sup", b"u",
];

/// Elements whose content nobody reads.
const UNREAD: [&[u8]; 4] = [b"script", b"style", b"template", b"noscript"];

/// The text of an HTML fragment, entities decoded. Text without markup comes back as it is.
fn without_html(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '&']) {
        return Cow::Borrowed(text);
    }
    // A tag that never ends is no tag but a smaller-than sign: "a<b" must not lose its end.
    let end = match (text.rfind('<'), text.rfind('>')) {
        (Some(open), close) if close.is_none_or(|close| close < open) => open,
        _ => text.len(),
    };
    let mut plain = Vec::with_capacity(text.len());
    let mut unread: Option<Vec<u8>> = None;
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(&text[..end], emitter).flatten() {
        match token {
            Token::String(string) if unread.is_none() => plain.extend_from_slice(&string),
            Token::StartTag(tag) => {
                if unread.is_none() && !tag.self_closing && UNREAD.contains(&tag.name.as_slice()) {
                    unread = Some(tag.name.to_vec());
                }
                separate(&mut plain, &tag.name);
            }
            Token::EndTag(tag) => {
                if unread.as_deref() == Some(tag.name.as_slice()) {
                    unread = None;
                }
                separate(&mut plain, &tag.name);
            }
            _ => {}
        }
    }
    let mut plain = String::from_utf8_lossy(&plain).into_owned();
    plain.push_str(&text[end..]);
    Cow::Owned(plain)
}

fn separate(plain: &mut Vec<u8>, tag: &[u8]) {
    if !INLINE.contains(&tag) {
        plain.push(b' ');
    }
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn html_goes_and_its_text_stays() {
        assert_eq!(clean("<p>好<b>吃</b></p><br/>再来").as_deref(), Some("好吃 再来"));
        assert_eq!(
            clean("one<script>var x = '<p>';</script>two<!-- no -->").as_deref(),
            Some("one two")
        );
        assert_eq!(clean("<div onclick=\"a > b\">x</div>").as_deref(), Some("x"));
    }

    #[test]
    fn a_smaller_than_sign_is_no_tag() {
        assert_eq!(clean("I <3 it").as_deref(), Some("I <3 it"));
        assert_eq!(clean("price<cost, sadly").as_deref(), Some("price<cost, sadly"));
        assert_eq!(clean("价格<成本>利润").as_deref(), Some("价格<成本>利润"));
    }

    #[test]
    fn entities_are_decoded_once() {
        assert_eq!(
            clean("&lt;b&gt; &amp;amp; &#22909; &unknown;").as_deref(),
            Some("<b> &amp; 好 &unknown;")
        );
    }

    #[test]
    fn white_space_is_folded_and_what_cannot_be_seen_removed() {
        assert_eq!(
            clean("\u{feff} a\u{200b}b \u{3000}\t\r\nc\u{0}\u{7}d ").as_deref(),
            Some("ab cd")
        );
        assert_eq!(clean("👨‍👩‍👧 ok").as_deref(), Some("👨‍👩‍👧 ok"));
    }

    #[test]
    fn nothing_left_is_null() {
        for text in ["", "  ", "<br>", "\u{200b}", "<script>x</script>"] {
            assert_eq!(clean(text), None, "{text}");
        }
    }

    #[test]
    fn nfkc_folds_widths() {
        assert_eq!(clean("ＡＢＣ！㎏ ﬁne").as_deref(), Some("ABC!kg fine"));
    }
}
