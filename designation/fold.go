package designation

import (
	"slices"
	"strings"
	"unicode"
)

// Fold writes a name without case, accents and punctuation, words parted by one blank: "Cártel-de Sinaloa" and
// "CARTEL DE SINALOA" are the same. The table is ours, so that what is the same name does not change with a
// version of Unicode.
func Fold(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range name {
		r = unicode.ToLower(r)
		switch {
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’':
			continue
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		if plain, ok := plainLetters[r]; ok {
			b.WriteString(plain)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// plainLetters are the letters of the Latin scripts of Europe and the Americas without their marks.
var plainLetters = func() map[rune]string {
	m := map[rune]string{}
	for plain, marked := range map[string]string{
		"a": "àáâãäåāăąǎạả", "ae": "æ", "c": "çćĉċč", "d": "ďđð", "e": "èéêëēĕėęěẽẹ", "g": "ĝğġģ", "h": "ĥħḥ",
		"i": "ìíîïĩīĭįıǐị", "j": "ĵ", "k": "ķ", "l": "ĺļľŀł", "n": "ñńņňŉŋ", "o": "òóôõöøōŏőơǒọ", "oe": "œ",
		"r": "ŕŗř", "s": "śŝşšșṣ", "ss": "ß", "t": "ţťŧțṭ", "th": "þ", "u": "ùúûüũūŭůűųưǔụ", "w": "ŵ", "y": "ýÿŷ", "z": "źżžẓ",
	} {
		for _, r := range marked {
			if r > unicode.MaxASCII && !unicode.Is(unicode.Mn, r) {
				m[r] = plain
			}
		}
	}
	return m
}()

// little are words that say nothing about which organisation is meant.
var little = map[string]bool{
	"de": true, "del": true, "la": true, "las": true, "el": true, "los": true, "y": true, "lo": true,
	"of": true, "the": true, "and": true, "a": true, "an": true,
}

// english are Spanish words of such names in English, so that GOLFO finds GULF. They serve suggestions alone.
var english = map[string]string{
	"carteles": "cartel", "cartels": "cartel", "golfo": "gulf", "unido": "united", "unidos": "united", "unida": "united", "unidas": "united",
	"nueva": "new", "nuevo": "new", "generacion": "generation", "familia": "family", "noreste": "northeast", "nordeste": "northeast",
	"noroeste": "northwest", "norte": "north", "sur": "south", "mexicana": "mexican", "mexicano": "mexican", "mexico": "mexican",
	"federacion": "federation", "organizacion": "organization", "organisation": "organization", "alianza": "alliance",
	"hermanos": "brothers", "soles": "suns", "tren": "train", "frente": "front", "ejercito": "army", "liberacion": "liberation",
	"revolucionario": "revolutionary", "revolucionaria": "revolutionary", "revolucionarias": "revolutionary", "fuerzas": "forces",
	"armadas": "armed", "nacional": "national", "popular": "popular", "pacifico": "pacific", "abuelo": "grandfather",
}

// sorted returns the words of a folded name that matter, in English and in the order of the alphabet.
func sorted(folded string) string {
	all := strings.Fields(folded)
	words := make([]string, 0, len(all))
	for _, w := range all {
		if little[w] {
			continue
		}
		if e, ok := english[w]; ok {
			w = e
		}
		words = append(words, w)
	}
	if len(words) == 0 {
		words = all
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}
