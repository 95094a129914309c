package scenario

import (
	"strings"

	"overflight/internal/catalogue"
)

// Word is a keyword, by its English spelling. A keyword has one meaning and one spelling in each language.
type Word string

// keyword is a word in both languages.
type keyword struct {
	Word    Word
	Spanish string
}

// keywords is the one table of the language: every keyword, in the order in which the manual shows them.
var keywords = []keyword{
	// Statements.
	{"scenario", "escenario"},
	{"clock", "reloj"},
	{"ruleset", "reglas"},
	{"aircraft catalogue", "catálogo de aeronaves"},
	{"designations shipped", "designaciones incluidas"},
	{"list edition", "edición de lista"},
	{"designation", "designación"},
	{"expectation", "expectativa"},
	{"pick", "elige"},
	{"request", "solicitud"},
	{"basis", "fundamento"},
	{"agreement", "acuerdo"},
	{"sign", "firma"},
	{"warn", "advierte"},
	{"clearance", "permiso"},
	{"revoke", "revoca"},
	{"notice", "aviso"},
	{"delivered", "entregado"},
	{"acknowledged", "acuse"},
	{"disputed", "disputado"},
	{"loadout", "carga"},
	{"inspect", "inspecciona"},
	{"plan", "plan"},
	{"approve", "aprueba"},
	{"override", "exceptúa"},
	{"fly", "vuela"},
	{"complete", "completo"},
	{"say", "dice"},
	{"refused", "rechazado"},
	{"at", "al"},
	{"expect entry", "espera ingreso"},
	{"expect no entry", "espera ningún ingreso"},
	{"expect look into", "espera observación de"},
	{"expect no look into", "espera ninguna observación de"},
	{"expect statement", "espera declaración"},
	{"expect loosened", "espera relajada"},
	{"expect name", "espera nombre"},
	{"expect search", "espera búsqueda"},
	// What a statement goes on with.
	{"id", "clave"},
	{"of", "de"},
	{"from", "desde"},
	{"to", "hasta"},
	{"between", "entre"},
	{"and", "y"},
	{"by", "por"},
	{"on", "el"},
	{"because", "porque"},
	{"during", "durante"},
	{"along", "a lo largo de"},
	{"around", "alrededor de"},
	{"signed by", "firmado por"},
	{"known at", "sabido al"},
	{"by rules of", "según reglas de"},
	{"code", "código"},
	{"aka", "alias"},
	{"signed", "firmada"},
	{"published", "publicada"},
	{"effective", "vigente"},
	{"revoked", "revocada"},
	{"amended", "modificada"},
	{"document", "documento"},
	{"convention", "convención"},
	{"source", "fuente"},
	{"expected on", "esperada para el"},
	{"meaning", "se refiere a"},
	{"order", "orden"},
	{"host request", "solicitud del anfitrión"},
	{"ref", "ref"},
	{"purpose", "propósito"},
	{"purposes", "propósitos"},
	{"amends", "modifica"},
	{"asks", "pide"},
	{"needs clearance", "exige permiso"},
	{"needs notice", "exige aviso"},
	{"needs acknowledgement", "exige acuse"},
	{"needs inspection", "exige inspección"},
	{"looks", "observaciones"},
	{"permitted", "permitidas"},
	{"with-clearance", "con-permiso"},
	{"forbidden", "prohibidas"},
	{"state-aircraft", "de-Estado"},
	{"unmanned", "no-tripulada"},
	{"manned", "tripulada"},
	{"warning", "preaviso"},
	{"loosens", "relaja"},
	{"issuer", "emisor"},
	{"issued", "expedido"},
	{"deepest", "profundidad máxima"},
	{"condition", "condición"},
	{"sensors", "sensores"},
	{"sent", "enviado"},
	{"means", "medio"},
	{"sortie", "salida"},
	{"armed", "armada"},
	{"capable", "armable"},
	{"attested", "atestiguada"},
	{"agrees", "conforme"},
	{"disagrees", "inconforme"},
	{"operator", "operador"},
	{"aircraft", "aeronave"},
	{"type", "tipo"},
	{"planner", "planificador"},
	{"scope", "ámbito"},
	{"scope host request", "ámbito por solicitud del anfitrión"},
	{"scope agreement", "ámbito por acuerdo"},
	{"rests on agreement", "se apoya en acuerdo"},
	{"rests on basis", "se apoya en fundamento"},
	{"rests on clearance", "se apoya en permiso"},
	{"answers", "responde a"},
	{"cites clearance", "cita permiso"},
	{"cites notice", "cita aviso"},
	{"cites loadout", "cita carga"},
	{"sensor", "sensor"},
	{"route", "ruta"},
	{"altitude", "altitud"},
	{"speed", "velocidad"},
	{"start", "inicio"},
	{"look", "observa"},
	{"role", "cargo"},
	{"flights", "vuelos"},
	{"office", "puesto"},
	{"unnamed", "anónimo"},
	{"via", "vía"},
	{"claims", "afirma"},
	{"denies", "niega"},
	{"cannot say", "no puede decir"},
	{"did not address", "no abordó"},
	{"flights over", "vuelos sobre"},
	{"at least", "al menos"},
	{"at most", "a lo sumo"},
	{"carried no arms", "sin armas"},
	{"notified before entry", "avisado antes de ingresar"},
	{"did not enter", "no ingresó"},
	{"looked in from outside", "observó desde fuera"},
	{"at request of", "a petición de"},
	{"began by", "empezó a más tardar"},
	{"stepped up since", "aumentó desde"},
	{"days", "días"},
	{"quotes", "cita"},
	{"paraphrase", "paráfrasis"},
	{"supersedes", "sustituye"},
	// What is expected.
	{"expect", "espera"},
	{"expect rule", "espera regla"},
	{"go", "procede"},
	{"no-go", "no-procede"},
	{"incomplete", "incompleto"},
	{"pass", "cumple"},
	{"fail", "no-cumple"},
	{"unknown", "no-se-sabe"},
	{"depth", "profundidad"},
	{"for", "por espacio de"},
	{"cleared", "permitido"},
	{"notified", "avisado"},
	{"none", "ninguno"},
	{"from outside", "desde fuera"},
	{"from inside", "desde dentro"},
	{"supported", "apoyada"},
	{"contradicted", "contradicha"},
	{"undetermined", "indeterminada"},
	{"unchecked", "sin-cotejo"},
	{"shows", "muestra"},
	{"first", "primero"},
	{"beside", "junto a"},
	{"beside looks", "junto a observaciones"},
	{"in effect", "con efecto"},
	{"not in effect", "sin efecto"},
	// Rules.
	{"unarmed", "desarmada"},
	{"no-lethal-force", "sin-fuerza-letal"},
	{"looks-in", "observación"},
	{"area", "área"},
	{"boundary", "frontera"},
	{"stand-off", "separación"},
	{"ground-resolution", "resolución"},
	{"retention", "conservación"},
	{"release", "entrega"},
	{"release delay", "demora de entrega"},
	{"approvers", "aprobaciones"},
	// Purposes.
	{"find-laboratories", "localizar-laboratorios"},
	{"find-airstrips", "localizar-pistas"},
	{"survey-area", "reconocer-área"},
	{"confirm-site", "confirmar-sitio"},
	{"disaster-relief", "auxilio-en-desastres"},
	{"ferry", "traslado"},
	{"calibrate-sensor", "calibrar-sensor"},
	{"train-without-views", "adiestrar-sin-imágenes"},
	{"default", "predeterminadas"},
	{"host example", "ejemplo del anfitrión"},
}

// spelling is a keyword as a language writes it.
func (k *keyword) spelling(l catalogue.Language) string {
	if l == catalogue.Spanish {
		return k.Spanish
	}
	return string(k.Word)
}

// lexicon is the table read in one language.
type lexicon struct {
	language catalogue.Language
	words    map[string]Word // by their folded spelling
	spelled  map[Word]string
	longest  int // blanks in the longest
}

var lexicons = map[catalogue.Language]*lexicon{
	catalogue.English: newLexicon(catalogue.English), catalogue.Spanish: newLexicon(catalogue.Spanish),
}

func newLexicon(l catalogue.Language) *lexicon {
	x := &lexicon{language: l, words: make(map[string]Word, len(keywords)), spelled: make(map[Word]string, len(keywords))}
	for i := range keywords {
		s := keywords[i].spelling(l)
		x.words[fold(s)], x.spelled[keywords[i].Word] = keywords[i].Word, s
		x.longest = max(x.longest, strings.Count(s, " "))
	}
	return x
}

var accents = strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ü", "u", "ñ", "n",
	"Á", "a", "É", "e", "Í", "i", "Ó", "o", "Ú", "u", "Ü", "u", "Ñ", "n")

// fold lets accents and capitals be left out, as people do.
func fold(s string) string { return strings.ToLower(accents.Replace(s)) }

// nearest returns the allowed keyword whose spelling is fewest changes away, "" where none is near.
func (x *lexicon) nearest(got string, among []Word) string {
	got = fold(got)
	best, least := "", 1+len(got)/3
	for _, w := range among {
		if d := changes(got, fold(x.spelled[w])); d <= least && (best == "" || d < least) {
			best, least = x.spelled[w], d
		}
	}
	return best
}

// changes counts the bytes to be put in, left out or replaced (Levenshtein 1966).
func changes(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			above := row[j+1]
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			row[j+1] = min(cost, above+1, row[j]+1)
			diagonal = above
		}
	}
	return row[len(b)]
}
