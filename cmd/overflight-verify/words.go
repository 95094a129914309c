package main

// say returns a text of the command itself; what is said of bundles is in package bundle.
func say(language, key string) string {
	if language == "es" {
		if s, ok := spanish()[key]; ok {
			return s
		}
	}
	return english()[key]
}

func english() map[string]string {
	return map[string]string{
		"usage": `usage: overflight-verify BUNDLE --policy POLICY [--held CHECKPOINT]... [--lang en|es] [--json]

Checks an evidence bundle offline. POLICY names the keys that you trust: the log's and the witnesses'.
CHECKPOINT is one that you received before: the bundle has to continue it.
Exit codes: 0 verified, 1 something could not be read, 2 usage, 4 not verified.
`,
		"onebundle": "give one bundle",
		"nopolicy":  "give the policy that says whom you trust: --policy POLICY",
		"language":  "the languages are en and es",
		"nofile":    "not a file",
		"ok":        "ok   ",
		"fail":      "FAIL ",
		"before":    "In the log before the flight's own first entry, %d:",
		"after":     "In the log after the flight's own first entry, %d:",
		"acts":      "Acts in the log:",
		"unsigned":  "no person's signature",
		"signed":    "signatures: %d",
		"digest":    "only its digest is shown",
		"notshown":  "This does not prove:",
	}
}

func spanish() map[string]string {
	return map[string]string{
		"usage": `uso: overflight-verify PAQUETE --policy POLÍTICA [--held PUNTO]... [--lang en|es] [--json]

Comprueba un paquete de pruebas sin conexión. POLÍTICA nombra las claves en que usted confía: la del
registro y las de los testigos. PUNTO es un punto de control que recibió antes: el paquete tiene que
continuarlo.
Códigos de salida: 0 verificado, 1 algo no se pudo leer, 2 uso, 4 no verificado.
`,
		"onebundle": "indique un paquete",
		"nopolicy":  "indique la política que dice en quién confía: --policy POLÍTICA",
		"language":  "los idiomas son en y es",
		"nofile":    "no es un fichero",
		"ok":        "bien ",
		"fail":      "FALLO",
		"before":    "En el registro antes del primer asiento del propio vuelo, el %d:",
		"after":     "En el registro después del primer asiento del propio vuelo, el %d:",
		"acts":      "Actos en el registro:",
		"unsigned":  "sin firma de persona alguna",
		"signed":    "firmas: %d",
		"digest":    "solo se muestra su digesto",
		"notshown":  "Esto no prueba:",
	}
}
