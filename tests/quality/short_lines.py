"""Notes, and lines of one to three words about them of which no word stands in them; and lines about nothing there.

The last notes are in other languages: what an English-only model says of them is noise.
"""

from __future__ import annotations

# Note -> lines that ask for it by other words.
NOTES = {
    "My car needs new brake pads and the tyres are worn. The garage wants 420 for both.": ("automobile", "vehicle maintenance", "motor vehicle"),
    "The doctor gave me tablets against high blood pressure, one each morning.": ("physician", "medication", "hypertension drugs"),
    "We flew to Lisbon and stayed in a small hotel near the river for a week.": ("vacation", "holiday trip", "tourism"),
    "Our boy starts school in September; his teacher is Mrs Hale.": ("education", "child enrolment", "pupil"),
    "The dog has fleas again. Washed his basket and called the vet.": ("puppy", "canine parasites", "pet health"),
    "Grandmother's apple cake: butter, eggs, sugar, flour, four apples, cinnamon on top.": ("dessert", "pastry", "baking recipe"),
    "The bank raised the interest on our mortgage to four percent.": ("loan", "home financing", "borrowing costs"),
    "Paid the lawyer for the contract with the builders. They sue us otherwise.": ("attorney", "legal fees", "lawsuit"),
    "The roof leaks over the kitchen; a bucket stands under it when it rains.": ("water damage", "dripping ceiling"),
    "Bought a laptop with 32 GB of memory and a quiet fan.": ("computer", "notebook PC", "hardware purchase"),
    "The boss offered me a rise if I stay until the end of the project.": ("salary", "wage increase", "employer"),
    "He died on Sunday. The burial is on Friday at the old church.": ("funeral", "death", "memorial service"),
    "They married in June by the sea, with eighty guests and a band.": ("wedding", "bride", "nuptials"),
    "The train to Vienna was two hours late, we missed the night connection.": ("railway", "public transport delay"),
    "Film on Saturday: a thriller about a bank robbery, two actors of old.": ("movie", "cinema"),
    "Running shoes wear out after 700 km. My knee hurts on hills.": ("jogging", "sports injury", "footwear"),
    "Planted tulips and roses along the fence, mulch on top.": ("flowers", "gardening", "floral bed"),
    "The thermometer shows minus twelve, snow up to the windows.": ("cold weather", "winter", "freezing"),
    "The baby was born at four in the night and weighs three kilos.": ("infant", "childbirth", "newborn"),
    "Somebody broke in and took the silver and the bicycle; the police wrote it all down.": ("burglary", "theft", "stolen goods"),
    "The electrician says the wires behind the wall are from 1950 and must go.": ("electricity", "electrical cables"),
    "The choir sings Bach at Easter, rehearsals on Tuesdays.": ("music", "concert", "singing"),
    "We bought shares of two firms and one of them fell by half.": ("stocks", "investment", "equity portfolio"),
    "My passport runs out in May; photos and a form for the consulate.": ("travel document", "identity papers"),
    "The tax office wants the receipts of the last three years.": ("fiscal authority", "income revenue service"),
}  # fmt: skip

ABROAD = (
    "Die Heizung im Keller macht Lärm, der Installateur kommt am Dienstag und bringt eine neue Pumpe mit.",
    "Der Vermieter hat die Kaution noch nicht zurückgezahlt, ein Brief ging am Montag hinaus.",
    "Das Rezept für Rotkohl: Äpfel, Nelken, Zwiebeln und ein Schuss Essig.",
    "Am Wochenende fahren wir mit dem Rad an der Donau entlang bis Passau.",
    "Die Versicherung zahlt den Schaden am Fahrrad nur, wenn es abgeschlossen war.",
    "Le plombier a réparé la chaudière et laissé sa facture sur la table.",
    "Nous partons en Bretagne avec les enfants et la vieille tante.",
    "La vecina nos trajo tomates de su huerta y una botella de aceite.",
    "El contrato del piso termina en octubre y hay que avisar antes.",
    "Il medico ha detto di riposare e di bere molta acqua.",
    "De fiets staat in de schuur en heeft een lekke band.",
    "Schůzka s právníkem je ve středu odpoledne v jeho kanceláři.",
)

ABSENT = (
    "zzzznothing", "qwrtpl", "blorvax", "snorfling", "kwijibo", "flumptious", "grelbin", "xyzzyx", "vorpalino", "trelfane",
    "drimmel foss", "zorbulent krapp", "quaxil", "mumblefrotz", "plinkerdoodle", "wugs", "brillig toves", "jabberwock",
    "café", "sushi", "volcano", "submarine", "kangaroo", "origami", "beekeeping", "crochet", "trombone", "yoga",
    "skateboard", "cryptocurrency", "bitcoin wallet", "wind turbine", "scuba diving", "helicopter", "astrology",
    "tarot", "chess openings", "poker night", "sourdough starter", "ukulele", "karaoke", "ballet", "glacier hiking",
    "termites", "pineapple pizza", "chainsaw", "lighthouse", "opera tickets", "drone footage", "zebra crossing",
    "solar eclipse", "penguin colony", "sumo wrestling", "samba carnival", "violin lesson rental", "tattoo parlour",
    "espresso machine descaling", "dinosaur fossil hunt", "llama farm visit", "unicycle repair stand", "coral reef bleaching",
    "bagpipes", "marzipan", "falconry course", "roller coaster", "treehouse", "mosquito net", "hot air balloon",
    "parquet varnish", "quantum entanglement", "bonsai", "whisky distillery tour", "kimono", "snorkel", "wasabi", "gnocchi",
)  # fmt: skip
