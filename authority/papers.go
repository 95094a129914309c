package authority

import "overflight/evidence"

// Documents lists the digests of the papers that an act rests on: whoever records it must have their bytes.
func Documents(a Act) []evidence.Digest {
	var papers []Document
	switch a := a.(type) {
	case RequestMade:
		papers = []Document{a.Document}
	case AgreementProposed:
		papers = []Document{a.Document}
	case BasisStated:
		papers = []Document{a.Document}
	case ClearanceGiven:
		papers = []Document{a.Document}
	case ClearanceRevoked:
		papers = []Document{a.Document}
	case NoticeSent:
		papers = []Document{a.Document}
	case NoticeDelivered:
		papers = []Document{a.Document}
	case NoticeAcknowledged:
		papers = []Document{a.Document}
	case NoticeDisputed:
		papers = []Document{a.Document}
	case PlanReported:
		papers = []Document{a.Document}
	case LoadoutAttested:
		papers = a.Papers
	case LoadoutInspected:
		papers = a.Papers
	}
	var out []evidence.Digest
	for _, p := range papers {
		if p.SHA256 != nil {
			out = append(out, *p.SHA256)
		}
	}
	return out
}
