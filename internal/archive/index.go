package archive

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// The index follows the bytes as received inside the encrypted file, so that packets can be told
// apart and proven without reading all, and the segment's record can be made again:
//
//	magic     20 bytes
//	record    4 bytes of length, then the segment's record without its sealed digest and size
//	count     8 bytes
//	packets   count times: offset 8 bytes, length 8 bytes, RFC 6962 record hash 32 bytes
//	length    8 bytes: of the whole index, these 8 included; found from the end
//
// Numbers are big endian.
const (
	indexMagic  = "overflight-index/v1\n"
	packetEntry = 8 + 8 + tlog.HashSize
	indexTail   = 8
	maxIndex    = int64(len(indexMagic)) + 4 + maxRecord + 8 + MaxPackets*packetEntry + indexTail
)

type index struct {
	segment Segment // without sealed digest and size
	packets []Range
	hashes  []tlog.Hash
}

func encodeIndex(x index) ([]byte, error) {
	record, err := encodeSegment(x.segment.inside())
	if err != nil {
		return nil, err
	}
	b := make([]byte, 0, len(indexMagic)+4+len(record)+8+len(x.packets)*packetEntry+indexTail)
	b = append(b, indexMagic...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(record)))
	b = append(b, record...)
	b = binary.BigEndian.AppendUint64(b, uint64(len(x.packets)))
	for i, p := range x.packets {
		b = binary.BigEndian.AppendUint64(b, uint64(p.Offset))
		b = binary.BigEndian.AppendUint64(b, uint64(p.Length))
		b = append(b, x.hashes[i][:]...)
	}
	return binary.BigEndian.AppendUint64(b, uint64(len(b)+indexTail)), nil
}

// decodeIndex reads a whole index.
func decodeIndex(b []byte) (index, error) {
	var x index
	if len(b) < len(indexMagic)+4+8+indexTail || string(b[:len(indexMagic)]) != indexMagic {
		return x, fmt.Errorf("index of %d bytes does not begin as one", len(b))
	}
	if n := binary.BigEndian.Uint64(b[len(b)-indexTail:]); n != uint64(len(b)) {
		return x, fmt.Errorf("index says it has %d bytes, it has %d", n, len(b))
	}
	rest := b[len(indexMagic) : len(b)-indexTail]
	size := int64(binary.BigEndian.Uint32(rest))
	rest = rest[4:]
	if size+8 > int64(len(rest)) {
		return x, fmt.Errorf("record of %d bytes in an index with %d left", size, len(rest))
	}
	s, err := decodeSegment(rest[:size])
	if err != nil {
		return x, fmt.Errorf("reading index: %w", err)
	}
	count := binary.BigEndian.Uint64(rest[size:])
	rest = rest[size+8:]
	if count > MaxPackets || count*packetEntry != uint64(len(rest)) || int64(count) != s.Packets {
		return x, fmt.Errorf("index of %d packets in %d bytes, record says %d", count, len(rest), s.Packets)
	}
	x.segment = s
	x.packets = make([]Range, count)
	x.hashes = make([]tlog.Hash, count)
	for i := range x.packets {
		e := rest[i*packetEntry:]
		x.packets[i] = Range{Offset: int64(binary.BigEndian.Uint64(e)), Length: int64(binary.BigEndian.Uint64(e[8:]))}
		copy(x.hashes[i][:], e[16:])
		if err := inside(x.packets[i].Offset, x.packets[i].Length, s.Size); err != nil {
			return x, fmt.Errorf("packet %d: %w", i, err)
		}
	}
	return x, nil
}

// storedHashes builds the RFC 6962 tree over record hashes in the order of tlog.StoredHashIndex.
type storedHashes []tlog.Hash

func growTree(records []tlog.Hash) (storedHashes, error) {
	tree := make(storedHashes, 0, 2*len(records))
	for i, h := range records {
		stored, err := tlog.StoredHashesForRecordHash(int64(i), h, tree)
		if err != nil {
			return nil, err
		}
		tree = append(tree, stored...)
	}
	return tree, nil
}

// ReadHashes makes it a tlog.HashReader.
func (t storedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x < 0 || x >= int64(len(t)) {
			return nil, fmt.Errorf("no hash %d in a tree of %d", x, len(t))
		}
		hashes[i] = t[x]
	}
	return hashes, nil
}

// root is the tree head of record hashes; that of none is the hash of nothing (RFC 6962, 2.1).
func root(records []tlog.Hash) (tlog.Hash, error) {
	tree, err := growTree(records)
	if err != nil {
		return tlog.Hash{}, err
	}
	return tlog.TreeHash(int64(len(records)), tree)
}
