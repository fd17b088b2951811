"""Three hundred texts and more: what people, phones and mischief put into posts. Every one has to end in a valid file."""

SCRIPTS = {
    "svenska": "Åäö på biblioteket – ”välkomna”!", "nordsamiska": "Bures boahtin girjerádjosii, čáhci ja đuođđi ŋ ŧ ž",
    "lulesamiska": "Buoris boahtem girjjevuorkkáj ŋ ń", "sydsamiska": "Buaregh båetieh gærjagåatan ï",
    "meänkieli": "Tervetuloa kirjasthoon", "finska": "Tervetuloa kirjastoon, yö", "jiddisch": "ברוכים הבאים אין ביבליאָטעק",
    "romani": "Lašho aven ando bibliotek", "engelska": "Welcome to the library", "tyska": "Schöne Grüße, ẞ ß",
    "franska": "Bienvenue à la bibliothèque, œuvre", "spanska": "¿Cuándo abren? ¡Mañana!", "portugisiska": "Não há vagas, ção",
    "polska": "Zażółć gęślą jaźń", "tjeckiska": "Příliš žluťoučký kůň", "ungerska": "Árvíztűrő tükörfúrógép",
    "rumänska": "Bună ziua, țară și șină", "turkiska": "İyi günler, ığdır ŞÇ", "albanska": "Mirë se vini, ëç",
    "bosniska": "Dobro došli, čćđšž", "lettiska": "Laipni lūdzam, ķļņ", "litauiska": "Sveiki atvykę, ąčęėįšųūž",
    "estniska": "Tere tulemast, õ", "isländska": "Velkomin í bókasafnið, þæð", "färöiska": "Vælkomin á bókasavnið",
    "walesiska": "Croeso i’r llyfrgell ŵŷ", "iriska": "Fáilte go dtí an leabharlann", "maltesiska": "Merħba fil-librerija ġż",
    "vietnamesiska": "Chào mừng bạn đến thư viện, ữ ặ ỗ", "somaliska": "Ku soo dhawoow maktabadda",
    "swahili": "Karibu kwenye maktaba", "joruba": "Ẹ káàbọ̀ sí ilé ìkàwé", "hausa": "Barka da zuwa ɗakin karatu ɓƙ",
    "ryska": "Добро пожаловать в библиотеку", "ukrainska": "Ласкаво просимо, їжак ґ", "bulgariska": "Добре дошли в библиотеката",
    "serbiska": "Добро дошли у библиотеку ђћ", "makedonska": "Добредојдовте ѓќ", "kazakiska": "Қош келдіңіз ұғү",
    "mongoliska": "Номын санд тавтай морил өү", "grekiska": "Καλώς ήρθατε στη βιβλιοθήκη", "gammal grekiska": "ἄνθρωπος ᾧ",
    "armeniska": "Բարի գալուստ գրադարան", "georgiska": "კეთილი იყოს თქვენი მობრძანება", "koptiska": "ϣⲉⲛϩⲙⲟⲧ",
    "hebreiska": "ברוכים הבאים לספרייה", "hebreiska med tecken": "בְּרוּכִים הַבָּאִים", "arabiska": "مرحبا بكم في المكتبة",
    "arabiska med tecken": "مَرْحَبًا بِكُمْ", "persiska": "به کتابخانه خوش آمدید می‌شود", "dari": "به کتابخانه خوش آمدید گچپژ",
    "pashto": "کتابتون ته ښه راغلاست ډټړ", "urdu": "کتب خانے میں خوش آمدید ٹڈے", "sorani": "بەخێربێن بۆ کتێبخانە ڕڵۆ",
    "uiguriska": "كۈتۈپخانىغا خۇش كەپسىز", "syriska": "ܒܫܝܢܐ ܠܒܝܬ ܐܪܟܐ", "tigrinja": "እንቋዕ ናብ ቤት ንባብ ብደሓን መጻእኩም",
    "amhariska": "ወደ ቤተ መጻሕፍት እንኳን ደህና መጡ", "hindi": "पुस्तकालय में आपका स्वागत है", "nepali": "पुस्तकालयमा स्वागत छ",
    "marathi": "ग्रंथालयात स्वागत आहे", "bengali": "গ্রন্থাগারে স্বাগতম", "punjabi": "ਲਾਇਬ੍ਰੇਰੀ ਵਿੱਚ ਸੁਆਗਤ ਹੈ",
    "gujarati": "પુસ્તકાલયમાં સ્વાગત છે", "odia": "ପାଠାଗାରକୁ ସ୍ୱାଗତ", "tamil": "நூலகத்திற்கு வரவேற்கிறோம்",
    "telugu": "గ్రంథాలయానికి స్వాగతం", "kannada": "ಗ್ರಂಥಾಲಯಕ್ಕೆ ಸ್ವಾಗತ", "malayalam": "ഗ്രന്ഥശാലയിലേക്ക് സ്വാഗതം",
    "singalesiska": "පුස්තකාලයට සාදරයෙන් පිළිගනිමු", "thai": "ยินดีต้อนรับสู่ห้องสมุด", "lao": "ຍິນດີຕ້ອນຮັບສູ່ຫໍສະໝຸດ",
    "khmer": "សូមស្វាគមន៍មកកាន់បណ្ណាល័យ", "burmesiska": "စာကြည့်တိုက်မှ ကြိုဆိုပါတယ်", "tibetanska": "དཔེ་མཛོད་ཁང་",
    "kinesiska": "欢迎来到图书馆", "kinesiska, traditionell": "歡迎來到圖書館", "kantonesiska": "歡迎嚟到圖書館 唔該",
    "japanska": "図書館へようこそ、カタカナ ひらがな", "koreanska": "도서관에 오신 것을 환영합니다", "mongolisk skrift": "ᠮᠣᠩᠭᠣᠯ",
    "cherokesiska": "ᎣᏏᏲ", "inuktitut": "ᑐᙵᓱᒋᑦ", "runor": "ᚠᚢᚦᚨᚱᚲ", "ogham": "ᚑᚌᚐᚋ", "tifinagh": "ⵣⵓⵍ", "nko": "ߒߞߏ",
    "maldiviska": "ދިވެހި", "braille": "⠓⠑⠚", "matematik": "𝐇𝐞𝐣 𝓗𝓮𝓳 𝕳𝖊𝖏 ∑∫√≠∞",
    "fullbredd": "Ｈｅｊ　ｄｉｇ", "ringar": "Ⓗⓔⓙ 🅷🅴🅹 ①②",
    "upp och ned": "ɾǝɥ", "kilskrift": "𒀭𒈹", "hieroglyfer": "𓀀𓁐", "emojier av kanji": "㊗㊙",
}  # fmt: skip
_EMOJIS = """
😀 😃 😄 😁 😆 😅 🤣 😂 🙂 🙃 🫠 😉 😊 😇 🥰 😍
🤩 😘 😗 ☺️ 😚 😙 🥲 😋 😛 😜 🤪 😝 🤑 🤗 🤭 🫢
🤫 🤔 🫡 🤐 🤨 😐 😑 😶 😶‍🌫️ 😮‍💨 😵‍💫 ❤️ ❤️‍🔥 ❤️‍🩹 🧡 💛
💚 💙 🩵 💜 🖤 🤍 🤎 💔 👋 👋🏻 👋🏼 👋🏽 👋🏾 👋🏿 👍🏽 🙏🏿
🤝 🤝🏽 🫱🏻‍🫲🏿 👨‍👩‍👧‍👦 👩‍👩‍👦 👨‍👨‍👧 👩‍❤️‍👨 👩🏽‍❤️‍💋‍👨🏿 🧑‍🦽 🧑🏾‍🦯 👩‍💻 👩🏽‍🚒 🕵️‍♀️ 🏳️‍🌈 🏳️‍⚧️ 🏴‍☠️
🇸🇪 🇳🇴 🇫🇮 🇸🇴 🇺🇦 🇵🇸 🇮🇱 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿 #️⃣ 0️⃣ 9️⃣ *️⃣ ©️ ®️ ™️
☃️ ☎️ ♻️ ⚠️ ✅ ❌ ‼️ ⁉️ 🅰️ 🆎 🈁 🀄 🃏 🎄 🪩 🫧
🐻‍❄️ 🐦‍⬛ 🫎 ♀️ ♂️ ⚧️ 👁️‍🗨️
"""
CONTROLS = [f"före{chr(code)}efter" for code in (*range(0x20), *range(0x7F, 0xA0))]
MISCHIEF = [
    *(f"a{char}b" for char in "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029"),
    *(f"a{char}b" for char in "\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2064\u2066\u2067\u2068\u2069\u206a\u206f\u3164"),
    *(f"a{char}b" for char in "\ufeff\uffa0\ufff9\ufffa\ufffb\ufffc\ufffd\ufffe\uffff\ue000\uf8ff\U000e0001\U000e0041"),
    *(f"a{char}b" for char in "\U000f0000\U0010ffff\u0378\ud800\udfff\u00a0\u2003\u202f\u3000\u0085"),
    "H" + "\u0335\u0336\u0337\u0338" * 12 + "ej", "\u0301ensam accent", "e\u0301 é", "ﷺ", "﷽", "ﬁ ﬂ ﬀ", "Ꙭ ꙮ", "𒐫", "⸻" * 40,
    "<script>alert(1)</script>", "&lt;b&gt; &#0; &nbsp;", "<img src=http://127.0.0.1:9/x>", "</style></body></html>",
    "{{ settings.SECRET_KEY }} {% now 'Y' %}", "a" * 3000, "ord " * 900, "\n" * 60, "\t\ttabbar", "rad\r\nrad\rrad",
    "שלום hej 123 مرحبا", "\u202eträv\u202c", "٠١٢٣٤٥٦٧٨٩ ۰۱۲۳", "½ ¼ ‰ № ℃ µ Ω Å", "→ ← ↑ ↓ ↔ ⇒", "■ □ ▲ △ ★ ☆ ♥ ♡",
    "│ ┌ ┐ ═ ║ ░ ▒ ▓ █", "ツ ¯\\_(ツ)_/¯", "( ͡° ͜ʖ ͡°)", "ʕ•ᴥ•ʔ", "ಠ_ಠ", "(╯°□°)╯︵ ┻━┻", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
    "𠜎 𠮷 𪚥", "\U0001f9ff\u200d", "🏻", "🇸",
]  # fmt: skip
TEXTS = [*SCRIPTS.values(), *_EMOJIS.split(), *CONTROLS, *MISCHIEF]
