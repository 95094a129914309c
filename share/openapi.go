package share

// object is a JSON object; its members are written in the order of their names.
type object = map[string]any

// api is the description of the service, OpenAPI 3.0.
func (s *Service) api(r *Request) (*Answer, error) {
	if err := one(r.Query, ofAll); err != nil {
		return nil, err
	}
	if _, err := r.format("json"); err != nil {
		return nil, err
	}
	ref := func(kind, name string) object { return object{"$ref": "#/components/" + kind + "/" + name} }
	get := func(id, says, media string, parameters ...object) object {
		if parameters == nil {
			parameters = []object{}
		}
		return object{"get": object{
			"operationId": id, "summary": says, "parameters": append(parameters, ref("parameters", "f")),
			"responses": object{
				"200": object{"description": says, "content": object{media: object{"schema": object{"type": "object"}}, "text/html": object{"schema": object{"type": "string"}}}},
				"400": ref("responses", "problem"), "401": ref("responses", "problem"), "404": ref("responses", "problem"),
			},
		}}
	}
	w := s.words
	items, collections, records := w.Text("share.features.items", "{collectionId}"), w.Text("share.features.collections"), w.Text("share.features.title")
	m := &members{}
	m.set("openapi", "3.0.3")
	m.set("info", object{"title": records, "description": w.Text("share.features.about", s.office) + " " + s.banner, "version": "1.0.0"})
	m.set("servers", []object{{"url": s.base}})
	m.set("paths", object{
		"/":                           get("getLandingPage", records, asJSON),
		"/conformance":                get("getConformanceDeclaration", w.Text("share.features.conformance"), asJSON),
		"/api":                        get("getApiDescription", w.Text("share.features.api"), asOpenAPI),
		"/collections":                get("getCollections", collections, asJSON),
		"/collections/{collectionId}": get("describeCollection", collections, asJSON, ref("parameters", "collectionId")),
		"/collections/{collectionId}/items": get("getFeatures", items, asGeoJSON, ref("parameters", "collectionId"), ref("parameters", "bbox"),
			ref("parameters", "datetime"), ref("parameters", "limit"), ref("parameters", "offset")),
		"/collections/{collectionId}/items/{featureId}": get("getFeature", items, asGeoJSON, ref("parameters", "collectionId"), ref("parameters", "featureId")),
	})
	numbers := func(n int) object {
		return object{"type": "array", "minItems": n, "maxItems": n, "items": object{"type": "number"}}
	}
	in := func(where, name string, schema object) object {
		return object{"name": name, "in": where, "required": where == "path", "schema": schema}
	}
	listed := in("query", "bbox", object{"oneOf": []object{numbers(4), numbers(6)}})
	listed["style"], listed["explode"] = "form", false
	m.set("components", object{
		"parameters": object{
			"collectionId": in("path", "collectionId", object{"type": "string", "enum": s.ids()}),
			"featureId":    in("path", "featureId", object{"type": "string"}),
			"bbox":         listed,
			"datetime":     in("query", "datetime", object{"type": "string"}),
			"limit":        in("query", "limit", object{"type": "integer", "minimum": 1, "maximum": MostPage, "default": usualPage}),
			"offset":       in("query", "offset", object{"type": "integer", "minimum": 0, "default": 0}),
			"f":            in("query", "f", object{"type": "string", "enum": []string{"json", "html", "kml"}}),
		},
		"responses":       object{"problem": object{"description": "RFC 9457", "content": object{"application/problem+json": object{"schema": object{"type": "object"}}}}},
		"securitySchemes": object{"bearer": object{"type": "http", "scheme": "bearer"}, "basic": object{"type": "http", "scheme": "basic"}},
	})
	m.set("security", []object{{"bearer": []string{}}, {"basic": []string{}}})
	return answerJSON(asOpenAPI, m)
}
