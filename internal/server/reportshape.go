package server

import (
	"time"

	"overflight/internal/report"
	"overflight/release"
)

// What was drafted, released and answered, as the API tells it.

// ReportSubject is what a report is of: one of its members.
type ReportSubject struct {
	Flight string          `json:"flight,omitempty" example:"LOCAL-2026-0001"`
	State  string          `json:"state,omitempty"` // of a flight: what it has to do with that state, and nothing else
	Site   uint32          `json:"site,omitempty"`
	From   *report.Instant `json:"from,omitempty"`
	To     *report.Instant `json:"to,omitempty"`
}

// MarkedAs is a marking, and its line.
type MarkedAs struct {
	release.Marking
	Line string `json:"line"`
}

// Erasure says that what opens a report was destroyed.
type Erasure struct {
	At     *report.Instant `json:"at"`
	By     string          `json:"by"`
	Reason string          `json:"reason"`
}

// Report is a report on record.
type Report struct {
	Number   int             `json:"number"`
	ID       string          `json:"id"`
	Version  int             `json:"version"`
	Subject  *ReportSubject  `json:"subject"` // null of one that was erased
	Made     *report.Instant `json:"made"`
	Records  int             `json:"records"`
	Root     string          `json:"root"`
	Marking  MarkedAs        `json:"marking"` // of the whole
	By       string          `json:"by"`
	Event    uint64          `json:"event"`
	Erased   *Erasure        `json:"erased"`
	Releases int             `json:"releases"` // in force
}

// ReportValue is a value of a field, and how it is said to people.
type ReportValue struct {
	Kind   string `json:"kind" enum:"absent,text,number,code,place,instant"`
	Text   string `json:"text"`   // by the schema: a place is a geohash, an instant digits
	Digits int    `json:"digits"` // of a place or an instant, how many are shown; else 0
	Whole  int    `json:"whole"`  // how many it has
	Box    *Box4  `json:"box"`    // of a place: what it stands for
}

// Box4 is a part of the world, degrees.
type Box4 struct {
	South float64 `json:"south"`
	West  float64 `json:"west"`
	North float64 `json:"north"`
	East  float64 `json:"east"`
}

// ReportField is a field of a record.
type ReportField struct {
	Name    string      `json:"name"`
	Title   string      `json:"title"` // in the language of the request
	Class   string      `json:"class"`
	Unit    string      `json:"unit,omitempty"`
	Value   ReportValue `json:"value"`
	Marking string      `json:"marking"` // its line
}

// ReportRecord is a record of a report.
type ReportRecord struct {
	Record int           `json:"record"`
	Kind   string        `json:"kind" example:"site/1"`
	Title  string        `json:"title"`
	Fields []ReportField `json:"fields"`
}

// WholeReport is a report with what it says, part by part.
type WholeReport struct {
	Report
	Items []ReportRecord `json:"items"`
	Next  string         `json:"next"`
}

// RuleReason is why something is withheld or coarse, in the language of the request.
type RuleReason struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// PreviewField is a field as it is, and as an office would have it.
type PreviewField struct {
	ReportField
	Shown   *ReportValue `json:"shown"` // null: withheld
	Reasons []RuleReason `json:"reasons"`
}

// PreviewRecord is a record as it is, and as an office would have it.
type PreviewRecord struct {
	Record   int            `json:"record"`
	Kind     string         `json:"kind"`
	Title    string         `json:"title"`
	Withheld bool           `json:"withheld"` // whole: the office is told that it is there
	Fields   []PreviewField `json:"fields"`
}

// Inferable is the smallest area that somebody who has all of a product is sure to work out of a place in it.
type Inferable struct {
	Record int     `json:"record"`
	Field  string  `json:"field"`
	Box    Box4    `json:"box"`
	Radius float64 `json:"radius_m"`
}

// ReleasePreview is what an office would have of a report.
type ReleasePreview struct {
	Report   Report          `json:"report"`
	Office   string          `json:"office"`
	Purpose  string          `json:"purpose"`
	From     *report.Instant `json:"from"`   // from when on it would
	Shown    int             `json:"shown"`  // fields that have a value
	Coarse   int             `json:"coarse"` // the first digits only
	Withheld int             `json:"withheld"`
	Items    []PreviewRecord `json:"items"`
	Next     string          `json:"next"`
	Inferred []Inferable     `json:"inferred"` // of the records of this part
	Smallest *Inferable      `json:"smallest"` // of all; null where no place is shown
}

// Receipt is what an office said of a product.
type Receipt struct {
	Step    string          `json:"step" enum:"arrived,opened,acknowledged,disputed,answered"`
	Title   string          `json:"title"`
	Number  int             `json:"number"`
	At      *report.Instant `json:"at"` // by the office
	By      string          `json:"by"`
	Says    string          `json:"says,omitempty"`
	Record  *int            `json:"record,omitempty"`  // of an answer
	Outcome string          `json:"outcome,omitempty"` // of an answer
	Visited *report.Instant `json:"visited,omitempty"`
	Event   uint64          `json:"event"` // of this node
}

// Revocation says that something is over.
type Revocation struct {
	At     *report.Instant `json:"at"`
	By     string          `json:"by"`
	Reason string          `json:"reason"`
}

// ReleaseOf is a release, on record or waiting for a signature.
type ReleaseOf struct {
	Number    int             `json:"number"` // 0 while it is not on record
	ID        string          `json:"id"`
	State     string          `json:"state" enum:"proposed,waiting,sent,revoked"` // waiting: for its time; sent: it has come due
	Report    string          `json:"report"`
	Version   int             `json:"version"`
	Office    string          `json:"office"`
	Purpose   string          `json:"purpose"`
	NotBefore *report.Instant `json:"not_before"`
	Caveats   []string        `json:"caveats"`
	Mark      string          `json:"mark"`
	Product   string          `json:"product"` // SHA-256 of its document: GET /documents/{sha256}
	By        []string        `json:"by"`      // the two persons; none of one by a view
	View      string          `json:"view"`    // that it was released by; empty: by two signatures of its own
	Signed    []string        `json:"signed"`  // who of them has signed
	At        *report.Instant `json:"at"`      // proposed, or put on record
	Event     uint64          `json:"event"`
	Revoked   *Revocation     `json:"revoked"`
	Receipts  []Receipt       `json:"receipts"`
	ToSign    *ToSign         `json:"to_sign"` // while it is proposed
}

// OfficeOn is an office on record.
type OfficeOn struct {
	Office       string          `json:"office" example:"MEX/SEDENA"`
	State        string          `json:"state"`
	Version      int             `json:"version"`
	Level        string          `json:"level"`
	Handling     string          `json:"handling"`
	Compartments []string        `json:"compartments"`
	Classes      []string        `json:"classes"`
	Purposes     []string        `json:"purposes"`
	PlaceDigits  int             `json:"place_digits"`
	TimeDigits   int             `json:"time_digits"`
	Delay        int64           `json:"delay_s"`
	Node         string          `json:"node"`
	Signatories  []string        `json:"signatories"` // public keys of who answers for the office
	Witness      string          `json:"witness"`
	Since        *report.Instant `json:"since"`
	Event        uint64          `json:"event"`
	Revoked      *Revocation     `json:"revoked"`
}

// PartnerStatus is a state with its offices and how the way to its node stands.
type PartnerStatus struct {
	State    string          `json:"state"`
	Offices  []OfficeOn      `json:"offices"`
	Linked   *bool           `json:"linked"` // null where nothing carries
	Sent     uint64          `json:"sent"`
	Taken    uint64          `json:"taken"`  // by the transport's word: nobody has opened anything by that
	Oldest   *report.Instant `json:"oldest"` // sent and not taken
	Heard    *report.Instant `json:"heard"`  // when its node was last heard
	Late     bool            `json:"late"`
	Apart    string          `json:"apart" enum:",shorter,other,ours"` // see node.Apart; empty while the two have the same history
	Away     *TurnedAway     `json:"turned_away"`                      // the last certificate of its node that was not let in, while it is not linked
	Refused  []RefusedItem   `json:"refused"`                          // what its node sent and was refused
	Cosigned *Cosigned       `json:"cosigned"`                         // the last
	Receipt  *Receipt        `json:"receipt"`                          // the last
	Withheld int             `json:"withheld"`                         // entries that are withheld, of which it is told that they are
	Clients  []ClientOf      `json:"clients"`                          // of TAK, of its offices, since this program began
}

// TurnedAway is a certificate that was not let in.
type TurnedAway struct {
	At     *report.Instant `json:"at"`
	Reason string          `json:"reason" enum:"expired,revoked,untrusted,list"`
}

// ClientOf is a client of TAK, or a feed, and what was written to it. Written is no receipt.
type ClientOf struct {
	Office    string          `json:"office"`
	Name      string          `json:"name"`
	Connected int             `json:"connected"` // connections
	Since     *report.Instant `json:"since"`     // when the newest began
	Written   uint64          `json:"written"`   // items
	Passed    uint64          `json:"passed"`    // passed over for newer ones
	Waiting   int             `json:"waiting"`   // not written yet
	Lost      uint64          `json:"lost"`      // not written when a connection ended
	Ended     string          `json:"ended"`     // why the last connection ended; empty: none has
}

// Cosigned is the largest checkpoint of a log that a witness cosigned.
type Cosigned struct {
	Origin string          `json:"origin"`
	Size   uint64          `json:"size"`
	At     *report.Instant `json:"at"`
}

// Withholding is an entry or a look that is kept from a state.
type Withholding struct {
	State  string          `json:"state"`
	Number int             `json:"number"`
	Flight string          `json:"flight"`
	Reason string          `json:"reason"`
	By     []string        `json:"by"`
	At     *report.Instant `json:"at"`
	Event  uint64          `json:"event"`
}

// ViewOf is a view that was agreed: an office is shown by default what concerns its state.
type ViewOf struct {
	ID      string          `json:"id"`
	Office  string          `json:"office"`
	Purpose string          `json:"purpose"`
	By      []string        `json:"by"`
	At      *report.Instant `json:"at"`
	Event   uint64          `json:"event"`
	Ended   *Revocation     `json:"ended"`
}

// Exported is a file that was written for an office.
type Exported struct {
	ID      string          `json:"id"`
	Office  string          `json:"office"`
	Purpose string          `json:"purpose"`
	Format  string          `json:"format"`
	Root    string          `json:"root"`
	File    string          `json:"file"`
	Mark    string          `json:"mark" doc:"of the copy: it stands in the file"`
	By      string          `json:"by"`
	At      *report.Instant `json:"at"`
	Event   uint64          `json:"event"`
}

// ExportedFile is a file, and where it is on record that it was written.
type ExportedFile struct {
	Stated
	Name    string `json:"name"`
	SHA256  string `json:"sha256"`
	Content []byte `json:"content"` // base64
}

// InboxEntry is something that arrived at a partner's node.
type InboxEntry struct {
	Number   int             `json:"number"`
	Release  string          `json:"release"`
	Report   string          `json:"report"`
	Office   string          `json:"office"`
	Records  int             `json:"records"`
	Arrived  *report.Instant `json:"arrived"`
	Product  string          `json:"product"`
	Origin   string          `json:"origin"` // the log in which it stands
	Leaf     uint64          `json:"leaf"`
	Size     uint64          `json:"size"`  // of the checkpoint by which that was proven
	State    string          `json:"state"` // the last step
	Event    uint64          `json:"event"`
	Revoked  *Revocation     `json:"revoked"`
	Receipts []Receipt       `json:"receipts"`
}

// InboxField is a field as it arrived.
type InboxField struct {
	Name    string       `json:"name"`
	Title   string       `json:"title"`
	Class   string       `json:"class"`
	Unit    string       `json:"unit,omitempty"`
	Value   *ReportValue `json:"value"` // null: withheld
	Marking string       `json:"marking"`
	Reasons []RuleReason `json:"reasons"`
}

// InboxRecord is a record as it arrived.
type InboxRecord struct {
	Record   int          `json:"record"`
	Kind     string       `json:"kind"` // empty: withheld whole
	Title    string       `json:"title"`
	Withheld bool         `json:"withheld"`
	Fields   []InboxField `json:"fields"`
}

// InboxItem is something that arrived, with what it says once somebody of the office has opened it. It was checked again just now.
type InboxItem struct {
	InboxEntry
	Opened  bool            `json:"opened"`
	Purpose string          `json:"purpose"`
	Caveats []string        `json:"caveats"`
	From    *report.Instant `json:"from"`
	Items   []InboxRecord   `json:"items"`
	Next    string          `json:"next"`
}

// InboxProof is what proves again that a product stands in the originator's log, for who checks it without this node.
type InboxProof struct {
	Parcel   string `json:"parcel"`   // as it came; empty of what came before parcels were kept by their digest
	Cosigned string `json:"cosigned"` // its checkpoint with the signature of this node's witness; empty where it has none
}

// Inbox is what arrived, what is withheld, and what was refused.
type Inbox struct {
	Items    []InboxEntry  `json:"items"`
	Next     string        `json:"next"`
	Withheld []Counted     `json:"withheld"`
	Refused  []RefusedItem `json:"refused"`
	NodeKey  string        `json:"node_key"` // by which this node says that something arrived: the operator needs it
	Witness  string        `json:"witness"`  // by which it cosigns the origin's log: the operator needs it too
	Policy   string        `json:"policy"`   // by which the log is known here, c2sp.org/tlog-policy
	Held     *Cosigned     `json:"held"`     // of the origin's log
	Linked   bool          `json:"linked"`
	// Sent are the receipts and cosignatures that this node has for the operator's, Taken those that the transport took over. Late says that
	// nothing has moved, in either direction, for longer than it may.
	Sent   uint64          `json:"sent"`
	Taken  uint64          `json:"taken"`
	Oldest *report.Instant `json:"oldest"`
	Heard  *report.Instant `json:"heard"` // when the operator's node was last heard
	Late   bool            `json:"late"`
	Apart  string          `json:"apart" enum:",shorter,other,ours"` // see node.Apart; empty while the two have the same history
}

// Counted is something that is withheld from the state.
type Counted struct {
	State  string          `json:"state"`
	Number int             `json:"number"`
	Origin string          `json:"origin"`
	Leaf   uint64          `json:"leaf"`
	At     *report.Instant `json:"at"`
}

// RefusedItem is something that came and is not what it says.
type RefusedItem struct {
	Item   string          `json:"item"`
	Reason string          `json:"reason"`
	At     *report.Instant `json:"at"`
	Event  uint64          `json:"event"`
}

type draftInput struct {
	Body struct {
		Flight         string    `json:"flight,omitempty"`
		Site           uint32    `json:"site,omitempty"`
		From           time.Time `json:"from,omitempty"`
		To             time.Time `json:"to,omitempty"`
		Supersedes     string    `json:"supersedes,omitempty" doc:"a report of which this is the next version"`
		Classification string    `json:"classification,omitempty" doc:"else that of the configuration, as all of the marking"`
		Handling       string    `json:"handling,omitempty"`
		ReleasableTo   []string  `json:"releasable_to,omitempty" maxItems:"32"`
		Caveats        []string  `json:"caveats,omitempty" maxItems:"32"`
		By             string    `json:"by,omitempty" doc:"who drafts it; of a user who is signed in, that user"`
	}
}

// ReportPath names a report.
type ReportPath struct {
	ID string `path:"id" doc:"number or identifier of a report"`
}

type reportInput struct {
	ReportPath
	Page
}

type previewInput struct {
	ReportPath
	Page
	Office    string    `query:"office" required:"true" example:"MEX/SEDENA"`
	Purpose   string    `query:"purpose" required:"true"`
	NotBefore time.Time `query:"not_before" doc:"as if it were released from then on; when left out, as soon as the office's delay is over"`
}

type proposeInput struct {
	ReportPath
	Body struct {
		Office    string    `json:"office"`
		Purpose   string    `json:"purpose"`
		NotBefore time.Time `json:"not_before,omitempty"`
		Caveats   []string  `json:"caveats,omitempty" maxItems:"32"`
		Signers   []string  `json:"signers" minItems:"2" maxItems:"2" doc:"the names of the two who are to sign"`
		By        string    `json:"by,omitempty" doc:"who proposes it; of a user who is signed in, that user"`
	}
}

// ReleasePath names a release.
type ReleasePath struct {
	ID string `path:"id" doc:"number or identifier of a release"`
}

type signReleaseInput struct {
	ReleasePath
	Body struct {
		Signature Signature `json:"signature"`
		By        string    `json:"by,omitempty"`
	}
}

type reasonInput struct {
	ReleasePath
	Body struct {
		Reason string `json:"reason"`
		By     string `json:"by,omitempty"`
	}
}

type eraseReportInput struct {
	ReportPath
	Body struct {
		Reason string `json:"reason"`
		By     string `json:"by,omitempty"`
	}
}

type officeInput struct {
	Body struct {
		Office       string   `json:"office" example:"MEX/SEDENA"`
		Level        string   `json:"level"`
		Handling     string   `json:"handling"`
		Compartments []string `json:"compartments,omitempty" maxItems:"32"`
		Classes      []string `json:"classes" maxItems:"32"`
		Purposes     []string `json:"purposes" maxItems:"32"`
		PlaceDigits  int      `json:"place_digits"`
		TimeDigits   int      `json:"time_digits"`
		Delay        int64    `json:"delay_s"`
		Node         string   `json:"node" doc:"public key by which the state's node says that something arrived"`
		Signatories  []string `json:"signatories" maxItems:"32" doc:"public keys of who answers for the office"`
		Witness      string   `json:"witness,omitempty" doc:"public key by which the state's node cosigns checkpoints"`
		By           string   `json:"by,omitempty"`
	}
}

type officeRevokedInput struct {
	State  string `path:"state"`
	Office string `path:"office"`
	Body   struct {
		Reason string `json:"reason"`
		By     string `json:"by,omitempty"`
	}
}

type releasesInput struct {
	Report string `query:"report"`
	Office string `query:"office"`
}

type exportInput struct {
	ReportPath
	Body struct {
		Format  string `json:"format"`
		Office  string `json:"office"`
		Purpose string `json:"purpose"`
		By      string `json:"by,omitempty"`
	}
}

type exportCopyInput struct {
	ID   string `path:"id" doc:"identifier of the release; of what arrived its number, too"`
	Body struct {
		Format  string `json:"format"`
		Purpose string `json:"purpose" doc:"what the file is for: what it was released for"`
		By      string `json:"by,omitempty"`
	}
}

type inboxPath struct {
	ID string `path:"id" doc:"number, or identifier of the release"`
}

type inboxItemInput struct {
	ID string `path:"id" doc:"number, or identifier of the release"`
	Page
}

type receiptInput struct {
	ID   string `path:"id" doc:"number, or identifier of the release"`
	Body struct {
		Step    string    `json:"step" enum:"opened,acknowledged,disputed,answered"`
		Signer  string    `json:"signer" doc:"name of the key that is to sign"`
		Says    string    `json:"says,omitempty" doc:"why it is disputed; a note beside an answer"`
		Record  int       `json:"record,omitempty" doc:"of an answer: the record of the site"`
		Outcome string    `json:"outcome,omitempty"`
		Visited time.Time `json:"visited,omitempty"`
	}
}
