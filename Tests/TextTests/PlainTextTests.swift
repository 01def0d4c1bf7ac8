import Testing
import Text

@Suite struct PlainTextTests {
    /// A greeting or a short sentence in each of 44 scripts, with the joiners and marks that the script needs.
    private static let sentences = [
        "Good morning, and thank you.", "Grüße aus Köln – naïve café.", "Καλημέρα, τι κάνετε;", "Доброе утро, друзья!",
        "Բարի լույս, ընկերներ։", "დილა მშვიდობისა!", "שלום לכולם, בוקר טוב.", "صباح الخير يا أصدقاء.",
        "می‌خواهم کتاب‌ها را بخوانم.", "آپ کیسے ہیں؟", "ܫܠܡܐ ܥܡܟܘܢ", "ބާއްޖަވެރި ހެނދުނެއް", "नमस्ते, आप कैसे हैं? क्‍ष",
        "সুপ্রভাত, কেমন আছেন?", "ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ", "સુપ્રભાત મિત્રો", "ସୁପ୍ରଭାତ ବନ୍ଧୁ", "காலை வணக்கம் நண்பர்களே", "శుభోదయం మిత్రులారా",
        "ಶುಭೋದಯ ಸ್ನೇಹಿತರೇ", "സുപ്രഭാതം, അവന്‍ വന്നു", "සුභ උදෑසනක් ශ්‍රී ලංකාව", "สวัสดีตอนเช้าครับ", "ສະບາຍດີຕອນເຊົ້າ", "བཀྲ་ཤིས་བདེ་ལེགས།",
        "မင်္ဂလာပါ ခင်ဗျာ", "អរុណសួស្តី មិត្តភក្តិ", "እንደምን አደራችሁ።", "ᎣᏏᏲ ᎤᎵᎮᎵᏍᏗ", "ᐊᐃᓐᖓᐃ ᐅᓪᓛᒃᑯᑦ", "᚛ᚉᚑᚅᚔᚉ᚜", "ᚠᚢᚦᚨᚱᚲ",
        "ᠰᠠᠶᠢᠨ ᠪᠠᠶᠢᠨ᠎ᠠ ᠤᠤ᠋", "早上好，朋友们。", "おはようございます、カタカナも。", "좋은 아침입니다.", "ㄗㄠˇ ㄕㄤˋ ㄏㄠˇ", "ꆏꉂꀐꑌ", "ᜋᜄᜈ᜔ᜇᜅ᜔ ᜂᜋᜄ",
        "ᬒᬁ ᬲ᭄ᬯᬲ᭄ᬢ᭄ᬬᬲ᭄ᬢᬸ", "ꦱꦸꦒꦼꦁ ꦲꦺꦚ꧀ꦗꦁ", "ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ", "ߒߓߊ߬ ߓߌ߬ߟߊ", "𐐢𐐯𐐻'𐑅 𐑉𐐨𐐼", "A\u{301}o\u{302}\u{301} Tiếng Việt",
        "العربية \u{200f}(نص)\u{200e} and English", "\u{2067}עברית\u{2069} inside English",
    ]

    private static let emoji = [
        "😀", "❤️", "👩‍👩‍👧‍👦", "🏳️‍🌈", "👋🏽", "🇩🇪", "1️⃣", "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f} and text", "🧑🏿‍🚀", "☺︎",
        "葛\u{e0100}城", "≨\u{fe00} and 0\u{fe00}", "™️", "#️⃣",
    ]

    @Test(arguments: sentences + emoji)
    func whatPeopleWriteStaysAsItIs(_ sentence: String) {
        let plain = PlainText(sentence)
        #expect(plain.text.unicodeScalars.elementsEqual(sentence.unicodeScalars), "\(plain.removed)")
        #expect(plain.words == nil)
    }

    @Test(arguments: [
        ("a\r\nb\rc\nd\te", "a\nb\nc\nd\te"), ("soft\u{ad}hyphen", "softhyphen"), ("zero\u{200b}width", "zerowidth"),
        ("\u{feff}mark", "mark"), ("bell\u{7} escape\u{1b}[31m", "bell escape[31m"),
        ("\u{85}next\u{9b}31m\u{7f}", "next31m"),
        ("\u{fff9}a\u{fffa}b\u{fffb}", "ab"), ("hid\u{e0068}\u{e0069}den\u{e0001}", "hidden"),
        ("🏴\u{e0067}\u{e0062}", "🏴"), ("x\u{e0067}\u{e007f}", "x"), ("nul\u{0}", "nul"),
        ("x\u{fe0f}\u{e0068}\u{e0069}\u{e007f}", "x"), ("™️\u{e0068}\u{e007f}", "™️"),
        ("🏴\u{e0061}\u{e0062}\u{e0063}\u{e0064}\u{e0065}\u{e0066}\u{e0067}\u{e007f}", "🏴"),
        ("a\u{fe00}\u{fe0f}\u{e0100}b", "ab"), ("❤️\u{fe0f}\u{fe0e}", "❤️"), ("1\u{fe0f}", "1"),
    ])
    func whatMeansNothingIsTakenOut(_ raw: String, _ wanted: String) {
        let plain = PlainText(raw)
        #expect(plain.text.unicodeScalars.elementsEqual(wanted.unicodeScalars))
        #expect((plain.words == nil) == (plain.removed.isEmpty))
        #expect(PlainText(plain.text) == PlainText(wanted))
    }

    @Test(arguments: [
        ("\u{202e}gpj.exe", "\u{202e}gpj.exe\u{202c}"), ("\u{2066}a\nb", "\u{2066}a\u{2069}\nb"),
        ("\u{202a}a\u{2067}b", "\u{202a}a\u{2067}b\u{2069}\u{202c}"),
        ("\u{2067}a\u{202b}b\u{2069}c", "\u{2067}a\u{202b}b\u{2069}c"),
        ("\u{202b}a\u{202c}", "\u{202b}a\u{202c}"), ("a\u{202c}\u{2069}b", "a\u{202c}\u{2069}b"),
        ("\u{2068}a\u{202c}", "\u{2068}a\u{202c}\u{2069}"),
        ("\u{202d}a\r\nb\u{2066}", "\u{202d}a\u{202c}\nb\u{2066}\u{2069}"),
    ])
    func whatIsLeftOpenIsClosedAtTheEndOfItsLine(_ raw: String, _ wanted: String) {
        let plain = PlainText(raw)
        #expect(plain.text.unicodeScalars.elementsEqual(wanted.unicodeScalars))
        #expect(plain.isClosed == (raw.unicodeScalars.filter { $0 != "\r" }.count != wanted.unicodeScalars.count))
        #expect(!PlainText(plain.text).isClosed)
    }

    /// Steps, not seconds: a text of 300,000 characters would take hours if each looked at all others.
    @Test(arguments: [
        "\u{1f3f4}" + String(repeating: "\u{e0061}", count: 300_000),
        String(repeating: "\u{202a}\u{2069}", count: 150_000),
    ])
    func longTextsCostNoMoreThanTheirLength(_ raw: String) {
        #expect(PlainText(PlainText(raw).text).words == nil)
    }

    @Test func anyTextIsCleanedOnce() {
        var random = SystemRandomNumberGenerator()
        let alphabet: [Unicode.Scalar] = [
            "a", "\n", "\r", "\t", "\u{ad}", "\u{200d}", "\u{202a}", "\u{202c}", "\u{202e}", "\u{2066}", "\u{2069}",
            "\u{1f3f4}", "\u{e0067}", "\u{e007f}", "\u{feff}", "\u{1b}", "1", "\u{fe0f}",
            "\u{20e3}", "\u{e0100}", "葛",
        ]
        for _ in 0..<20_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                text.append(alphabet.randomElement(using: &random) ?? "a")
            }
            let once = PlainText(String(text))
            let twice = PlainText(once.text)
            #expect(
                twice.text.unicodeScalars.elementsEqual(once.text.unicodeScalars) && twice.words == nil,
                "\(text.map(\.value))")
        }
    }
}
