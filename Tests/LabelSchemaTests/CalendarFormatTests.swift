import TestRandom
import Testing

@testable import LabelSchema

@Suite struct CalendarFormatTests {
    @Test(
        arguments: [
            ("date", "%d/%m/%y", ["01/05/24": "2024-05-01", "1/5/24": "2024-05-01", "31/12/69": "1969-12-31"]),
            ("date", "%d/%m/%y", ["31/12/68": "2068-12-31", "31/02/24": nil, "1/13/24": nil, "01/05/2024": nil]),
            ("date", "fmt:%Y%m%d", ["20240501": "2024-05-01", "2024051": "2024-05-01", "2024-05-01": nil]),
            ("date", "%Y年%m月%d日", ["2024年5月1日": "2024-05-01", "2024年05月01日": "2024-05-01", "2024年5月": nil]),
            ("date", "%d %b %Y", ["1 May 2024": "2024-05-01", "1  MAY 2024": "2024-05-01", "1May 2024": nil]),
            (
                "date", "%B %d, %Y",
                ["February 29, 2024": "2024-02-29", "Feb 29, 2024": nil, "february 9, 2024": "2024-02-09"]
            ),
            ("date", "%a %d.%m.%Y", ["Wed 01.05.2024": "2024-05-01", "Tue 01.05.2024": nil]),
            ("date", "%Y-%j", ["2024-060": "2024-02-29", "2023-60": "2023-03-01", "2023-366": nil]),
            ("date", "%d%m%Y", ["1122024": "2024-02-11", "01122024": "2024-12-01"]),
            ("date", "%F%%", ["2024-05-01%": "2024-05-01", "2024-05-01": nil]),
            ("time", "%H:%M", ["9:05": "09:05:00", "09:05": "09:05:00", "24:00": nil, "9:5": "09:05:00", "9:60": nil]),
            (
                "time", "%I:%M %p",
                ["9:05 PM": "21:05:00", "12:00 am": "00:00:00", "12:00 PM": "12:00:00", "13:00 PM": nil]
            ),
            ("time", "%H%M%S.%f", ["090500.25": "09:05:00.25", "090500.1234567": nil]),
            ("datetime", "%d/%m/%Y %H:%M:%S", ["12/11/2018 09:15:32": "2018-11-12T09:15:32", "12/11/2018": nil]),
            ("datetime", "%Y-%m-%d", ["2024-05-01": "2024-05-01T00:00:00"]),
            (
                "datetime", "%Y-%m-%dT%H:%M%z",
                [
                    "2024-05-01T08:00+09:00": "2024-04-30T23:00:00Z", "2024-05-01T08:00+0900": "2024-04-30T23:00:00Z",
                    "2024-05-01T08:00Z": "2024-05-01T08:00:00Z", "2024-05-01T08:00": nil, "2024-05-01T08:00+9": nil,
                ]
            ),
        ] as [(String, String, [String: String?])])
    func readsByAPattern(type: String, format: String, cases: [String: String?]) throws {
        let schema = try schemaOfOneField(["type: \(type)", "format: '\(format)'"])
        for (typed, text) in cases {
            #expect(try read(.text(typed), schema).json == text.map { "\"\($0)\"" }, "\(typed)")
        }
    }

    @Test(
        arguments: [
            (
                "date",
                [
                    "2024-5-1": "2024-05-01", "2024/5/1": "2024-05-01", "2024.05.01": "2024-05-01",
                    "20240501": "2024-05-01", "2024年5月1日": "2024-05-01", "2024年 5月 1日": "2024-05-01",
                    "令和6年5月1日": "2024-05-01", "令和元年5月1日": "2019-05-01", "平成31年4月30日": "2019-04-30",
                    "昭和64年1月7日": "1989-01-07", "大正15年12月25日": "1926-12-25", "明治45年7月29日": "1912-07-29",
                    "2024年5月1日（水）": "2024-05-01", "2024/5/1 (水)": "2024-05-01", "2024/5/1(水曜日)": "2024-05-01",
                    "1 May 2024": "2024-05-01", "May 1, 2024": "2024-05-01", "1-Feb-2024": "2024-02-01",
                    "September 1 2024": "2024-09-01",
                ]
            ),
            (
                "date",
                [
                    "2024/5-1": nil, "5/1/2024": nil, "24/5/1": nil, "2024/13/1": nil, "2023-02-29": nil, "2024/5": nil,
                    "平成32年5月1日": nil, "令和6年": nil, "明治5年1月1日": nil, "2024/5/1(火)": nil, "2024/5/1(": nil,
                    "2024-05-01T00:00:00": nil, "May 2024": nil, "": nil, "2024年5月1": nil, "202405011": nil,
                ]
            ),
            (
                "time",
                [
                    "9:30": "09:30:00", "09:30:15.50": "09:30:15.5", "9時": "09:00:00", "9時半": "09:30:00",
                    "9時5分": "09:05:00", "9時05分10秒": "09:05:10", "午後3時": "15:00:00", "午前0:15": "00:15:00",
                    "午後0時": "12:00:00", "3:15 PM": "15:15:00", "12:00am": "00:00:00", "12:00 PM": "12:00:00",
                ]
            ),
            (
                "time",
                [
                    "24:00": nil, "9:60": nil, "9:5": nil, "午後12時": nil, "午後13時": nil, "13:00 PM": nil, "0:00 AM": nil,
                    "9": nil, "9:30 ": nil, "9:30:15.": nil, "9時70分": nil,
                ]
            ),
            (
                "datetime",
                [
                    "2024/5/1 9:30": "2024-05-01T09:30:00", "2024年5月1日9時半": "2024-05-01T09:30:00",
                    "2024年5月1日(水) 午後3時": "2024-05-01T15:00:00", "2024-05-01": "2024-05-01T00:00:00",
                    "2024-05-01T08:00:00+09:00": "2024-04-30T23:00:00Z", "2024-05-01 08:00 Z": "2024-05-01T08:00:00Z",
                    "20240501T0800": nil, "2024/5/1 ": nil, "9:30": nil, "2024/5/19:30": nil,
                ]
            ),
        ] as [(String, [String: String?])])
    func readsDatesAsPeopleWriteThem(type: String, cases: [String: String?]) throws {
        let schema = try schemaOfOneField(["type: \(type)", "format: any"])
        for (typed, text) in cases where !typed.isEmpty {
            #expect(try read(.text(typed), schema).json == text.map { "\"\($0)\"" }, "\(typed)")
        }
    }

    @Test(arguments: [
        ("date", "%d/%m", "it says no whole date"), ("date", "%Y-%m-%d %H", "it says a time"),
        ("time", "%Y %H", "it says more than a time"), ("time", "%M:%S", "it says no hour"),
        ("time", "%I:%M", "which half of the day"), ("time", "%H:%M %z", "it says more than a time"),
        ("time", "%H %I %p", "it says the hour twice"), ("datetime", "%Y-%m-%d %M", "it says no hour"),
        ("datetime", "%Y-%m-%d %H:%S", "leaves out minutes"), ("date", "%Y-%m-%d %m", "says something twice"),
        ("date", "%Y-%m-%d %c", "`%c` of"), ("date", "%Y-%m-%d %", "`%` of"),
        ("date", "YYYY-MM-DD", "known are `default`, `any`"),
        ("date", "anyy", "did you mean `any`?"),
    ])
    func refusesAPatternThatWouldMakeUpOrLoseSomething(type: String, format: String, problem: String) {
        var found = ""
        do {
            _ = try schemaOfOneField(["type: \(type)", "format: '\(format)'"])
        } catch {
            found = error.description
        }
        #expect(found.contains("`format` of field `value` cannot be") && found.contains(problem), "\(found)")
    }

    /// What a pattern writes, it reads as the same moment.
    @Test(arguments: [
        "%Y-%m-%d %H:%M:%S", "%d/%m/%y %I:%M:%S %p", "%A %d %B %Y %H:%M:%S", "%a, %d %b %Y %T", "%j of %Y, %H%M%S",
    ])
    func readsWhatItWrites(source: String) throws {
        let pattern = try CalendarPattern(source, type: .datetime)
        var random = SeededRandom(seed: 5)
        for _ in 0..<500 {
            let serial = Int.random(in: 25569...51000, using: &random)
            let time = CalendarText.Time(seconds: Int.random(in: 0..<86400, using: &random))
            let moment = Moment(day: CalendarText.Day(serial: serial), time: time)
            var text = pattern.text(moment)
            #expect(text.withUTF8 { pattern.read($0) } == moment, "\(text)")
        }
    }

    @Test func weekdaysFollowEachOther() {
        #expect(CalendarText.Day(year: 2024, month: 5, day: 1)?.weekday == 2)
        #expect(CalendarText.Day(year: 1873, month: 1, day: 1)?.weekday == 2)
        for serial in -20000..<20000 {
            guard let day = CalendarText.Day(serial: serial), let next = CalendarText.Day(serial: serial + 1) else {
                continue
            }
            #expect(next.weekday == (day.weekday + 1) % 7)
        }
    }
}
