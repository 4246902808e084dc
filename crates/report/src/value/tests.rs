use std::sync::Arc;

use arrow::array::*;
use arrow::buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::compute::cast;
use arrow::datatypes::*;

use super::*;
use crate::style;

fn shown(array: &dyn Array) -> Vec<String> {
    read(array).unwrap().iter().map(style::text).collect()
}

#[test]
fn numbers_of_every_width() {
    let ints = Int64Array::from(vec![Some(-0), Some(7), None]);
    for kind in [
        DataType::Int8,
        DataType::Int16,
        DataType::Int32,
        DataType::Int64,
        DataType::UInt8,
        DataType::UInt16,
        DataType::UInt32,
        DataType::UInt64,
    ] {
        let array = cast(&ints, &kind).unwrap();
        assert_eq!(shown(&array), ["0", "7", "–"], "{kind}");
    }
    let most = UInt64Array::from(vec![u64::MAX]);
    assert_eq!(shown(&most), ["18,446,744,073,709,551,615"]);
    let floats = Float64Array::from(vec![Some(1.5), Some(f64::NAN), None]);
    for kind in [DataType::Float16, DataType::Float32, DataType::Float64] {
        let array = cast(&floats, &kind).unwrap();
        assert_eq!(shown(&array), ["1.50", "not a number", "–"], "{kind}");
        assert_eq!(read(&array).unwrap()[1].number(), None);
    }
    for kind in [
        DataType::Decimal32(9, 2),
        DataType::Decimal64(12, 2),
        DataType::Decimal128(20, 2),
        DataType::Decimal256(40, 2),
    ] {
        let array = cast(&Float64Array::from(vec![Some(1.25), None]), &kind).unwrap();
        assert_eq!(shown(&array), ["1.25", "–"], "{kind}");
    }
}

#[test]
fn texts_bytes_and_truths() {
    let texts = StringArray::from(vec![Some("客户"), None]);
    for kind in [
        DataType::Utf8,
        DataType::LargeUtf8,
        DataType::Utf8View,
        DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
    ] {
        let array = cast(&texts, &kind).unwrap();
        assert_eq!(shown(&array), ["客户", "–"], "{kind}");
    }
    let bytes = BinaryArray::from_opt_vec(vec![Some(&[0, 255]), None]);
    for kind in [DataType::Binary, DataType::LargeBinary, DataType::BinaryView] {
        assert_eq!(shown(&cast(&bytes, &kind).unwrap()), ["00ff", "–"], "{kind}");
    }
    let fixed = FixedSizeBinaryArray::try_from_iter(std::iter::once([1u8; 20])).unwrap();
    assert_eq!(shown(&fixed), [format!("{}…", "01".repeat(16))]);
    assert_eq!(
        shown(&BooleanArray::from(vec![Some(true), Some(false), None])),
        ["yes", "no", "–"]
    );
    assert_eq!(shown(&NullArray::new(2)), ["–", "–"]);
}

#[test]
fn runs_and_keys_are_what_they_stand_for() {
    let runs = RunArray::<Int32Type>::try_new(&Int32Array::from(vec![2, 3]), &StringArray::from(vec![Some("a"), None]))
        .unwrap();
    assert_eq!(shown(&runs), ["a", "a", "–"]);
    assert_eq!(shown(&runs.slice(1, 2)), ["a", "–"]);
    assert_eq!(plain(runs.data_type()), &DataType::Utf8);
}

#[test]
fn times_are_those_of_the_wall() {
    let at = 1_793_491_200;
    let wall = [Value::Time(at * 1000), Value::Null];
    let and_null = |n: i64| vec![Some(n), None];
    assert_eq!(read(&TimestampSecondArray::from(and_null(at))).unwrap(), wall);
    assert_eq!(
        read(&TimestampMillisecondArray::from(and_null(at * 1000))).unwrap(),
        wall
    );
    assert_eq!(
        read(&TimestampMicrosecondArray::from(and_null(at * 1_000_000 + 1))).unwrap(),
        wall
    );
    assert_eq!(
        read(&TimestampNanosecondArray::from(and_null(at * 1_000_000_000))).unwrap(),
        wall
    );
    assert_eq!(read(&Date32Array::from(vec![Some(20_758), None])).unwrap(), wall);
    assert_eq!(read(&Date64Array::from(and_null(at * 1000))).unwrap(), wall);
    let in_zone = TimestampSecondArray::from(vec![Some(at), None]).with_timezone("+08:00");
    assert_eq!(shown(&in_zone), ["2026-11-01 08:00", "–"]);
    let before = TimestampMicrosecondArray::from(vec![-1]);
    assert_eq!(shown(&before), ["1969-12-31 23:59:59"]);
}

#[test]
fn times_outside_of_the_calendar_are_no_panic() {
    let error = read(&TimestampSecondArray::from(vec![i64::MAX])).unwrap_err();
    assert_eq!(error, format!("the time {} is outside of the calendar", i64::MAX));
    assert_eq!(shown(&Date32Array::from(vec![i32::MAX])).len(), 1);
    assert_eq!(shown(&Date64Array::from(vec![i64::MIN])).len(), 1);
    let error = read(&TimestampSecondArray::from(vec![0]).with_timezone("Mars/Base")).unwrap_err();
    assert!(
        error.starts_with("times of zone `Mars/Base` cannot be shown ("),
        "{error}"
    );
    assert!(error.ends_with("cast them to a timestamp without one"));
}

#[test]
fn hours_durations_and_intervals_are_texts() {
    assert_eq!(shown(&Time32SecondArray::from(vec![61])), ["00:01:01"]);
    assert_eq!(shown(&Time32MillisecondArray::from(vec![0])), ["00:00:00"]);
    assert_eq!(shown(&Time64MicrosecondArray::from(vec![0])), ["00:00:00"]);
    assert_eq!(
        shown(&Time64NanosecondArray::from(vec![Some(0), None])),
        ["00:00:00", "–"]
    );
    for text in [
        shown(&DurationSecondArray::from(vec![90_000])),
        shown(&DurationMillisecondArray::from(vec![90_000_000])),
        shown(&DurationMicrosecondArray::from(vec![90_000_000_000])),
        shown(&DurationNanosecondArray::from(vec![90_000_000_000_000])),
    ] {
        assert!(text[0].starts_with("1 days 1 hours"), "{text:?}");
    }
    assert_eq!(shown(&IntervalYearMonthArray::from(vec![14])), ["1 years 2 mons"]);
    assert_eq!(
        shown(&IntervalDayTimeArray::from(vec![IntervalDayTime::new(2, 0)])),
        ["2 days"]
    );
    let month = IntervalMonthDayNano::new(1, 0, 0);
    assert_eq!(shown(&IntervalMonthDayNanoArray::from(vec![month])), ["1 mons"]);
    // Outside of a day: refused, and no panic.
    assert!(read(&Time32SecondArray::from(vec![-1])).is_err());
}

#[test]
fn lists_of_every_layout() {
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1), None]), None, Some(vec![])]);
    let item = || Arc::new(Field::new_list_field(DataType::Int32, true));
    for kind in [
        DataType::List(item()),
        DataType::LargeList(item()),
        DataType::ListView(item()),
        DataType::LargeListView(item()),
    ] {
        let array = cast(&list, &kind).unwrap();
        assert_eq!(shown(&array), ["1, –", "–", ""], "{kind}");
        assert_eq!(shown(&array.slice(1, 2)), ["–", ""], "{kind}");
    }
    let fixed = FixedSizeListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1), Some(2)]), None], 2);
    assert_eq!(shown(&fixed), ["1, 2", "–"]);
}

#[test]
fn structs_maps_and_unions() {
    let fields = Fields::from(vec![
        Field::new("a", DataType::Int32, true),
        Field::new("b", DataType::Utf8, true),
    ]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from(vec![1, 2, 3])),
        Arc::new(StringArray::from(vec![Some("x"), None, Some("z")])),
    ];
    let nulls = NullBuffer::from(vec![true, true, false]);
    let array = StructArray::new(fields, columns, Some(nulls));
    assert_eq!(shown(&array), ["a 1 · b x", "a 2 · b –", "–"]);
    assert_eq!(shown(&array.slice(1, 1)), ["a 2 · b –"]);
    assert_eq!(read(&array).unwrap()[0].weighted(), Some(("x", 1.0)));
    assert_eq!(shown(&StructArray::new_empty_fields(1, None)), [""]);

    let mut map = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
    map.keys().append_value("k");
    map.values().append_value(5);
    map.append(true).unwrap();
    map.append(false).unwrap();
    assert_eq!(shown(&map.finish()), ["k 5", "–"]);

    let mut union = UnionBuilder::new_dense();
    union.append::<Int32Type>("n", 1).unwrap();
    union.append::<Float64Type>("x", 2.5).unwrap();
    assert_eq!(shown(&union.build().unwrap()), ["{n=1}", "{x=2.5}"]);
}

#[test]
fn nesting_has_an_end() {
    let mut array: ArrayRef = Arc::new(Int32Array::from(vec![1]));
    for _ in 0..20 {
        let item = Arc::new(Field::new_list_field(array.data_type().clone(), true));
        let offsets = OffsetBuffer::new(ScalarBuffer::from(vec![0, 1]));
        array = Arc::new(ListArray::new(item, offsets, array, None));
    }
    assert_eq!(
        read(&array).unwrap_err(),
        "lists and structs are nested deeper than 12 levels"
    );
}
