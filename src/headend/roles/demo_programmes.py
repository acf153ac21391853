"""What the demonstration's channels show: invented programmes in English, Russian and Italian."""

from typing import NamedTuple


class Words(NamedTuple):
    """A text in the languages of the guide; the attributes are their codes."""

    en: str
    ru: str
    it: str


class Show(NamedTuple):
    """A programme that comes back. `minutes` is its usual length; `seasons` 0: it has no episodes."""

    title: Words
    about: Words
    category: str
    minutes: int
    age: int = 0
    seasons: int = 0


NEWS, FILM, SERIES, SPORT = "News", "Film", "Series", "Sport"
CHILDREN, MUSIC, DOCUMENTARY, TALK = "Children", "Music", "Documentary", "Entertainment"

CATEGORIES = {
    NEWS: ("Новости", "Notizie", "Nachrichten", "Infos", "Noticias"),
    FILM: ("Фильм", "Film", "Film", "Film", "Película"),
    SERIES: ("Сериал", "Serie", "Serie", "Série", "Serie"),
    SPORT: ("Спорт", "Sport", "Sport", "Sport", "Deporte"),
    CHILDREN: ("Детям", "Bambini", "Kinder", "Enfants", "Infantil"),
    MUSIC: ("Музыка", "Musica", "Musik", "Musique", "Música"),
    DOCUMENTARY: ("Документальное", "Documentario", "Dokumentation", "Documentaire", "Documental"),
    TALK: ("Развлечения", "Intrattenimento", "Unterhaltung", "Divertissement", "Entretenimiento"),
}
"""Our kinds of programmes: names in Russian, Italian, German, French and Spanish beside the English."""


def _show(en: str, ru: str, it: str, about: tuple[str, str, str], *rest: object) -> Show:
    return Show(Words(en, ru, it), Words(*about), *rest)  # type: ignore[arg-type]


_WEATHER = _show(
    "Weather and Sea", "Погода и море", "Meteo e mare",
    ("Tomorrow's sky, wind and waves.", "Небо, ветер и волны на завтра.", "Il cielo, il vento e le onde di domani."),
    NEWS, 10,
)  # fmt: skip
_NEWS = _show(
    "The Hour", "Час новостей", "L'ora delle notizie",
    ("What happened, told calmly.", "О главном — спокойно.", "Quello che è successo, con calma."),
    NEWS, 25,
)  # fmt: skip
_MORNING = _show(
    "Good Morning, Harbour", "Доброе утро, гавань", "Buongiorno, porto",
    ("Coffee, guests and the first ferries.", "Кофе, гости и первые паромы.", "Caffè, ospiti e i primi traghetti."),
    TALK, 90,
)  # fmt: skip

SHOWS: dict[str, tuple[Show, ...]] = {
    "one": (
        _MORNING,
        _NEWS,
        _show(
            "The Kitchen on the Corner", "Кухня на углу", "La cucina all'angolo",
            ("Three cooks, one pot, no recipe.", "Три повара, одна кастрюля и никаких рецептов.",
             "Tre cuochi, una pentola, nessuna ricetta."),
            TALK, 45, 0, 4,
        ),
        _show(
            "Lighthouse Street", "Улица Маяка", "Via del Faro",
            ("Neighbours, letters that came too late, and a cat.", "Соседи, письма, пришедшие слишком поздно, и кот.",
             "Vicini, lettere arrivate tardi e un gatto."),
            SERIES, 50, 12, 6,
        ),
        _show(
            "Saturday Guess", "Угадай в субботу", "Indovina sabato",
            ("Families guess what is in the suitcase.", "Семьи угадывают, что в чемодане.",
             "Le famiglie indovinano cosa c'è nella valigia."),
            TALK, 70,
        ),
        _WEATHER,
    ),
    "news": (
        _NEWS,
        _show(
            "Markets Before Breakfast", "Рынки до завтрака", "Mercati prima di colazione",
            ("Figures, and what they mean for the rest of us.", "Цифры и что они значат для остальных.",
             "Le cifre e cosa significano per tutti noi."),
            NEWS, 30,
        ),
        _show(
            "Two Chairs", "Два стула", "Due sedie",
            ("One question, two answers, half an hour.", "Один вопрос, два ответа, полчаса.",
             "Una domanda, due risposte, mezz'ora."),
            NEWS, 30,
        ),
        _show(
            "The Map Room", "Комната карт", "La sala delle mappe",
            ("Why borders lie where they lie.", "Почему границы проходят именно там.",
             "Perché i confini stanno dove stanno."),
            DOCUMENTARY, 55, 0, 3,
        ),
        _WEATHER,
    ),
    "sport": (
        _show(
            "Football: the Coast League", "Футбол: береговая лига", "Calcio: lega della costa",
            ("Nine harbours, one cup.", "Девять гаваней, один кубок.", "Nove porti, una coppa."),
            SPORT, 115,
        ),
        _show(
            "Third Half", "Третий тайм", "Terzo tempo",
            ("What the whistle did not end.", "То, что не закончил свисток.", "Quello che il fischio non ha finito."),
            SPORT, 45,
        ),
        _show(
            "Cycling: Over the Pass", "Велоспорт: через перевал", "Ciclismo: oltre il passo",
            ("A hundred and sixty kilometres and four climbs.", "Сто шестьдесят километров и четыре подъёма.",
             "Centosessanta chilometri e quattro salite."),
            SPORT, 150,
        ),
        _show(
            "Chess at Midnight", "Шахматы в полночь", "Scacchi a mezzanotte",
            ("The quietest fight on television.", "Самый тихий бой на телевидении.",
             "La lotta più silenziosa della televisione."),
            SPORT, 60,
        ),
    ),
    "cinema": (
        _show(
            "The Long Way to Porto Lume", "Долгая дорога в Порто-Луме", "La lunga strada per Porto Lume",
            ("A lorry, two sisters and a piano to deliver.", "Грузовик, две сестры и рояль, который надо довезти.",
             "Un camion, due sorelle e un pianoforte da consegnare."),
            FILM, 105, 6,
        ),
        _show(
            "Snow on the Runway", "Снег на полосе", "Neve sulla pista",
            ("One night at a closed airport.", "Одна ночь в закрытом аэропорту.", "Una notte in un aeroporto chiuso."),
            FILM, 95, 12,
        ),
        _show(
            "The Last Projectionist", "Последний киномеханик", "L'ultimo proiezionista",
            ("He never saw the end of a film.", "Он ни разу не видел конца фильма.",
             "Non ha mai visto la fine di un film."),
            FILM, 118, 12,
        ),
        _show(
            "Cold Harbour", "Холодная гавань", "Porto freddo",
            ("An inspector who is afraid of water.", "Инспектор, который боится воды.",
             "Un ispettore che ha paura dell'acqua."),
            FILM, 110, 16,
        ),
    ),
    "series": (
        _show(
            "Station Nine", "Станция девять", "Stazione nove",
            ("The night shift of a very small railway.", "Ночная смена очень маленькой железной дороги.",
             "Il turno di notte di una ferrovia minuscola."),
            SERIES, 50, 12, 5,
        ),
        _show(
            "The Appraiser", "Оценщица", "La perita",
            ("She knows what everything is worth, and who lies.", "Она знает цену всему и видит, кто лжёт.",
             "Sa quanto vale ogni cosa, e chi mente."),
            SERIES, 45, 16, 3,
        ),
        _show(
            "Half a House", "Полдома", "Mezza casa",
            ("Divorced, and still under one roof.", "В разводе — и всё под одной крышей.",
             "Divorziati, ancora sotto lo stesso tetto."),
            SERIES, 25, 6, 7,
        ),
    ),
    "kids": (
        _show(
            "Pim and the Paper Boat", "Пим и бумажный кораблик", "Pim e la barchetta di carta",
            ("Down the gutter and out to sea.", "По ручейку — и в море.", "Giù per il rigagnolo, fino al mare."),
            CHILDREN, 12, 0, 4,
        ),
        _show(
            "How Is It Made of Clay", "Из глины и пластилина", "Fatto di creta",
            ("Today: an elephant with four umbrellas.", "Сегодня: слон с четырьмя зонтами.",
             "Oggi: un elefante con quattro ombrelli."),
            CHILDREN, 20, 0, 2,
        ),
        _show(
            "The Moon School", "Лунная школа", "La scuola della Luna",
            ("Homework is lighter up there.", "Там уроки легче.", "Lassù i compiti pesano meno."),
            CHILDREN, 25, 6, 3,
        ),
        _show(
            "Good Night, Little Fox", "Спокойной ночи, лисёнок", "Buonanotte, volpina",
            ("A story, a song, and the lamp goes out.", "Сказка, песня — и лампа гаснет.",
             "Una storia, una canzone e la lampada si spegne."),
            CHILDREN, 15,
        ),
    ),
    "music": (
        _show(
            "One Take", "С одного дубля", "Buona la prima",
            ("A band, a room, no second chance.", "Группа, комната и никаких дублей.",
             "Una band, una stanza, nessuna seconda possibilità."),
            MUSIC, 40, 0, 2,
        ),
        _show(
            "The Evening Concert", "Вечерний концерт", "Il concerto della sera",
            ("From the old salt warehouse.", "Из старого соляного склада.", "Dal vecchio magazzino del sale."),
            MUSIC, 95,
        ),
        _show(
            "B-Sides", "Вторые стороны", "Lati B",
            ("Songs that nobody asked for, and should have.", "Песни, которых никто не заказывал, а зря.",
             "Canzoni che nessuno ha chiesto, e doveva."),
            MUSIC, 55,
        ),
    ),
    "nature": (
        _show(
            "The Patient Heron", "Терпеливая цапля", "L'airone paziente",
            ("A year on one river bend.", "Год на одной излучине реки.", "Un anno su un'ansa del fiume."),
            DOCUMENTARY, 50, 0, 2,
        ),
        _show(
            "Gardens of the North", "Сады севера", "Giardini del nord",
            ("What grows where the summer is short.", "Что растёт там, где лето короткое.",
             "Che cosa cresce dove l'estate è breve."),
            DOCUMENTARY, 30, 0, 3,
        ),
        _show(
            "Under the Ice", "Подо льдом", "Sotto il ghiaccio",
            ("Divers look for the lake's oldest fish.", "Водолазы ищут самую старую рыбу озера.",
             "I sub cercano il pesce più vecchio del lago."),
            DOCUMENTARY, 60, 6,
        ),
    ),
    "history": (
        _show(
            "The Ledger", "Книга счетов", "Il libro mastro",
            ("A merchant's accounts tell of a century.", "Счета купца рассказывают о целом веке.",
             "I conti di un mercante raccontano un secolo."),
            DOCUMENTARY, 50, 0, 2,
        ),
        _show(
            "Roads Before Roads", "Дороги до дорог", "Strade prima delle strade",
            ("How salt, silk and songs travelled.", "Как путешествовали соль, шёлк и песни.",
             "Come viaggiavano sale, seta e canzoni."),
            DOCUMENTARY, 45, 0, 4,
        ),
        _show(
            "Siege", "Осада", "Assedio",
            ("Forty days in a city without wells.", "Сорок дней в городе без колодцев.",
             "Quaranta giorni in una città senza pozzi."),
            SERIES, 55, 16, 2,
        ),
    ),
    "science": (
        _show(
            "Ask the Slide Rule", "Спросите линейку", "Chiedilo al regolo",
            ("Large questions, small experiments.", "Большие вопросы, маленькие опыты.",
             "Grandi domande, piccoli esperimenti."),
            DOCUMENTARY, 30, 0, 5,
        ),
        _show(
            "The Night Sky This Week", "Небо этой недели", "Il cielo della settimana",
            ("What to look for when it is clear.", "Что искать в ясную ночь.", "Che cosa cercare quando è sereno."),
            DOCUMENTARY, 20,
        ),
        _show(
            "Bridges That Fell", "Упавшие мосты", "Ponti caduti",
            ("And what we learned from each.", "И чему научил каждый.", "E che cosa abbiamo imparato da ognuno."),
            DOCUMENTARY, 55, 6, 1,
        ),
    ),
    "local": (
        _show(
            "Town Hall, Live", "Ратуша, прямой эфир", "Municipio in diretta",
            ("The council decides about the tram.", "Совет решает судьбу трамвая.", "Il consiglio decide sul tram."),
            NEWS, 60,
        ),
        _show(
            "From Our Harbour", "Из нашей гавани", "Dal nostro porto",
            ("Who came in and what they brought.", "Кто пришёл и что привёз.", "Chi è arrivato e cosa ha portato."),
            NEWS, 20,
        ),
        _show(
            "Choirs of the Valley", "Хоры долины", "Cori della valle",
            ("Twelve villages sing.", "Поют двенадцать деревень.", "Cantano dodici paesi."),
            MUSIC, 45, 0, 2,
        ),
        _MORNING,
    ),
    "night": (
        _show(
            "The House with Two Doors", "Дом с двумя дверями", "La casa con due porte",
            ("Nobody leaves by the one they came through.", "Никто не выходит там, где вошёл.",
             "Nessuno esce da dove è entrato."),
            FILM, 100, 18,
        ),
        _show(
            "After Hours", "После закрытия", "Fuori orario",
            ("Talk for those who cannot sleep.", "Разговоры для тех, кому не спится.",
             "Parole per chi non dorme."),
            TALK, 60, 16,
        ),
        _show(
            "Static", "Помехи", "Interferenze",
            ("A radio operator hears her own voice.", "Радистка слышит собственный голос.",
             "Una radiotelegrafista sente la propria voce."),
            SERIES, 50, 18, 2,
        ),
    ),
}  # fmt: skip
"""By the name of the channel's loop."""
