package klv

import "encoding/hex"

// Universal labels of sets that the field sends. ST 0601 and its companions are told apart by
// bytes 5 to 16; byte 6 says local set (0B, 03) or universal set (01).
var (
	KeyST0601  = label(0x020B0101_0E010301, 0x01000000) // UAS datalink local set
	KeyST0903  = label(0x020B0101_0E010303, 0x06000000) // VMTI local set, standalone
	KeyST0102  = label(0x02030101_0E010303, 0x02000000) // security local set, standalone
	KeyEG0104  = label(0x02010101_0E010102, 0x01010000) // Predator UAV universal set
	KeyST0806  = label(0x020B0101_0E010301, 0x02000000) // remote video terminal local set
	KeyST1002  = label(0x020B0101_0E010303, 0x0C000000) // range motion imagery
	KeyST1107  = label(0x020B0101_0E010303, 0x22000000) // metric geopositioning
	KeyST1108  = label(0x02030101_0E010303, 0x1C000000) // interpretability and quality
	KeyST1202  = label(0x020B0101_0E010303, 0x05000000) // generalized transformation
	KeyST1204  = label(0x01010101_0E010405, 0x03000000) // motion imagery identification
	KeyST1206  = label(0x020B0101_0E010303, 0x0D000000) // SAR motion imagery
	KeyST1601  = label(0x020B0101_0E010303, 0x01000000) // geo-registration
	KeyST1602  = label(0x020B0101_0E010303, 0x02000000) // composite imaging
	keyST0102U = label(0x02010101_02080200, 0x00000000) // security universal set
)

// label makes a key of the fixed prefix and bytes 5-12 and 13-16.
func label(middle uint64, tail uint32) Key {
	var k Key
	copy(k[:], Prefix[:])
	for i := range 8 {
		k[4+i] = byte(middle >> (56 - 8*i))
	}
	for i := range 4 {
		k[12+i] = byte(tail >> (24 - 8*i))
	}
	return k
}

// String returns the key in hexadecimal.
func (k Key) String() string { return hex.EncodeToString(k[:]) }

// Standard returns the designation of the document that defines the set with this key. The
// version byte of the label's registry designator (byte 8) does not matter: producers differ in it.
func Standard(k Key) (name string, ok bool) {
	k[7] = 1
	switch k {
	case KeyST0601:
		return "ST 0601", true
	case KeyST0903:
		return "ST 0903", true
	case KeyST0102, keyST0102U:
		return "ST 0102", true
	case KeyEG0104:
		return "EG 0104", true
	case KeyST0806:
		return "ST 0806", true
	case KeyST1002:
		return "ST 1002", true
	case KeyST1107:
		return "ST 1107", true
	case KeyST1108:
		return "ST 1108", true
	case KeyST1202:
		return "ST 1202", true
	case KeyST1204:
		return "ST 1204", true
	case KeyST1206:
		return "ST 1206", true
	case KeyST1601:
		return "ST 1601", true
	case KeyST1602:
		return "ST 1602", true
	}
	return "", false
}
