package bundle

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"sync"
	"time"

	"overflight/evidence"
	"overflight/transparency"
)

// Check reads a bundle of size bytes and holds all of it against the policy. Checkpoints that the
// reader holds already are held against the bundle's: it has to continue each of them. Nothing in the
// bundle is believed; memory is bounded by the limits of this package, not by the size of the bundle.
func Check(r io.ReaderAt, size int64, policy *transparency.Policy, held ...transparency.SignedCheckpoint) Report {
	c := &checking{policy: policy, held: held, opened: map[uint64]transparency.Opening{}}
	c.run(r, size)
	c.conclude()
	return c.report
}

type checking struct {
	policy     *transparency.Policy
	held       []transparency.SignedCheckpoint
	report     Report
	files      *container
	manifest   manifest
	checkpoint transparency.SignedCheckpoint
	opened     map[uint64]transparency.Opening // only those that fit their leaf
	unknown    int                             // signatures of nobody who is known
	operators  int                             // signatures of whom the operator alone says who they are
}

// run stops where what follows would rest on what failed.
func (c *checking) run(r io.ReaderAt, size int64) {
	if !c.container(r, size) || !c.signatures() || !c.consistent() {
		return
	}
	for _, e := range c.manifest.Entries {
		c.entry(e)
	}
	c.acts()
	for _, p := range c.manifest.Packets {
		c.packet(p)
	}
	c.segments()
}

func (c *checking) container(r io.ReaderAt, size int64) bool {
	files, refused := open(r, size)
	if refused != nil {
		return c.report.fail(refused, WhatContainer, "?")
	}
	c.files = files
	c.report.pass(WhatContainer, strconv.Itoa(len(files.names)))
	head, refused := files.small(manifestName, maxManifest)
	if refused == nil {
		c.manifest, refused = parseManifest(head)
	}
	if refused == nil {
		refused = files.expect(c.manifest.names())
	}
	if refused != nil {
		return c.report.fail(refused, WhatManifest)
	}
	c.report.pass(WhatManifest)
	c.report.Flight = c.manifest.Flight
	inside, refused := files.small(policyName, maxSmall)
	if refused == nil {
		if _, err := transparency.ParsePolicy(inside); err != nil {
			refused = refuse(CodeInside)
		}
	}
	if refused != nil {
		return c.report.fail(refused, WhatInside)
	}
	return c.report.pass(WhatInside)
}

// signatures: the policy's keys, the log's signature, the cosignatures, the quorum.
func (c *checking) signatures() bool {
	raw, refused := c.files.small(checkpointName, maxSmall)
	if refused != nil {
		return c.report.fail(refused, transparency.Code(transparency.StepOrigin), "?")
	}
	s, err := transparency.ParseUnverified(raw)
	if err != nil {
		return c.report.fail(code(err), transparency.Code(transparency.StepOrigin), c.manifest.Log)
	}
	c.checkpoint = s
	v := c.policy.VerifyCheckpoint(s)
	for _, k := range v.Checks {
		if k.OK() {
			c.report.pass(transparency.Code(k.Step), k.Args...)
		} else {
			c.report.fail(k.Err, transparency.Code(k.Step), k.Args...)
		}
	}
	if !v.OK() {
		return false
	}
	c.report.Log, c.report.Size, c.report.Cosigned = s.Origin, s.Size, v.Cosigned
	if c.manifest.Log != s.Origin || c.manifest.Size != s.Size {
		return c.report.fail(refuse(CodeLog, c.manifest.Log, number(c.manifest.Size), s.Origin, number(s.Size)),
			WhatLog, s.Origin, number(s.Size))
	}
	return c.report.pass(WhatLog, s.Origin, number(s.Size))
}

// consistent: the checkpoint continues those that the reader holds.
func (c *checking) consistent() bool {
	good := true
	for _, h := range c.held {
		args := []string{number(h.Size), number(c.checkpoint.Size)}
		if err := c.policy.CheckLog(h); err != nil {
			good = c.report.fail(code(err), WhatConsistency, args...)
			continue
		}
		if h.Origin != c.checkpoint.Origin {
			good = c.report.fail(refuse(transparency.CodeOrigin, h.Origin, c.checkpoint.Origin), WhatConsistency, args...)
			continue
		}
		var proof []evidence.Digest
		if h.Size > 0 && h.Size < c.checkpoint.Size {
			var ok bool
			if proof, ok = c.manifest.consistency(h.Size); !ok {
				good = c.report.fail(refuse(CodeNoProof, args...), WhatConsistency, args...)
				continue
			}
		}
		if err := transparency.CheckConsistency(h, c.checkpoint, proof); err != nil {
			good = c.report.fail(code(err), WhatConsistency, args...)
			continue
		}
		c.report.pass(WhatConsistency, args...)
	}
	return good
}

func (c *checking) entry(item entryItem) {
	index := number(item.Index)
	what := []string{index, number(c.checkpoint.Size)}
	leaf, refused := c.files.small(leafName(item.Index), maxSmall)
	if refused == nil {
		refused = c.included(item.Index, leaf)
	}
	if refused != nil {
		c.report.fail(refused, WhatEntry, what...)
		return
	}
	entry, err := transparency.ParseEntry(leaf)
	if err != nil {
		c.report.fail(code(err), WhatEntry, what...)
		return
	}
	c.report.pass(WhatEntry, what...)
	shown := Shown{Index: item.Index}
	if item.Opened {
		if o, ok := c.opening(item.Index, entry); ok {
			shown.Opened, shown.Kind, shown.Body = true, o.Kind, o.Body
		}
	}
	c.report.Entries = append(c.report.Entries, shown)
}

// included checks the proof of a leaf under the bundle's checkpoint. A proof that brings another
// checkpoint which the log signed tells that the bundle's is rolled back or forked.
func (c *checking) included(index uint64, leaf []byte) transparency.Coded {
	raw, refused := c.files.small(proofName(index), maxSmall)
	if refused != nil {
		return refused
	}
	p, err := transparency.ParseProof(raw)
	if err != nil {
		return code(err)
	}
	other, err := transparency.ParseUnverified(p.Checkpoint)
	if err != nil {
		return code(err)
	}
	if other.Text() != c.checkpoint.Text() {
		if err := c.policy.CheckLog(other); err != nil {
			return code(err)
		}
		if other.Origin == c.checkpoint.Origin && other.Size >= c.checkpoint.Size {
			if err := transparency.CheckConsistency(other, c.checkpoint, nil); err != nil {
				return code(err)
			}
		}
		return refuse(CodeOtherProof, number(index), number(other.Size), number(c.checkpoint.Size))
	}
	if !bytes.Equal(p.Checkpoint, c.checkpoint.Raw()) {
		if err := c.policy.VerifyCheckpoint(other).Err(); err != nil {
			return code(err)
		}
		return refuse(CodeProofSignatures, number(index))
	}
	if p.Index != index {
		return refuse(CodeProofIndex, number(index), number(p.Index))
	}
	if err := transparency.CheckInclusion(c.checkpoint.Checkpoint, index, transparency.LeafHash(leaf), p.Hashes); err != nil {
		return code(err)
	}
	return nil
}

func (c *checking) opening(index uint64, entry transparency.Entry) (transparency.Opening, bool) {
	raw, refused := c.files.small(openingName(index), maxSmall)
	if refused != nil {
		return transparency.Opening{}, c.report.fail(refused, WhatOpening, number(index), "?")
	}
	o, err := transparency.ParseOpening(raw)
	if err != nil {
		return o, c.report.fail(code(err), WhatOpening, number(index), "?")
	}
	what := []string{number(index), string(o.Kind)}
	if err := o.Opens(entry); err != nil {
		return o, c.report.fail(code(err), WhatOpening, what...)
	}
	if flight, ok := transparency.FlightOf(o.Body); ok && flight != c.manifest.Flight {
		return o, c.report.fail(refuse(CodeFlight, number(index), flight, c.manifest.Flight), WhatOpening, what...)
	}
	c.opened[index] = o
	return o, c.report.pass(WhatOpening, what...)
}

// leafOf returns what the leaf of a segment says.
func (c *checking) leafOf(index uint64) (transparency.Segment, transparency.Coded) {
	o, ok := c.opened[index]
	if !ok {
		return transparency.Segment{}, refuse(CodeNotOpened, number(index))
	}
	if o.Kind != transparency.KindSegment {
		return transparency.Segment{}, refuse(CodeNotASegment, number(index), string(o.Kind))
	}
	s, err := transparency.ParseSegment(o.Body)
	if err != nil {
		return s, code(err)
	}
	return s, nil
}

// segments are hashed side by side, and told of in their order.
func (c *checking) segments() {
	all := c.manifest.Segments
	found, next := make([]segmentCheck, len(all)), make(chan int)
	var done sync.WaitGroup
	for range min(workers, len(all)) {
		done.Go(func() {
			for i := range next {
				found[i] = c.segment(all[i])
			}
		})
	}
	for i := range all {
		next <- i
	}
	close(next)
	done.Wait()
	for i := range found {
		if x := &found[i]; x.refused != nil {
			c.report.fail(x.refused, WhatSegment, x.what...)
		} else {
			c.report.pass(WhatSegment, x.what...)
		}
	}
}

type segmentCheck struct {
	what    []string
	refused transparency.Coded
}

func (c *checking) segment(index uint64) segmentCheck {
	s, refused := c.leafOf(index)
	if refused != nil {
		return segmentCheck{what: []string{number(index), "?", "?"}, refused: refused}
	}
	return segmentCheck{what: []string{number(index), number(s.Packets), number(s.Bytes)}, refused: c.bytesOf(index, s)}
}

func (c *checking) bytesOf(index uint64, s transparency.Segment) transparency.Coded {
	at := number(index)
	r, size, refused := c.files.raw(bytesName(index))
	if refused != nil {
		return refused
	}
	// Told before a byte is hashed.
	if size != s.Bytes {
		return refuse(CodeBytes, at, number(size), number(s.Bytes))
	}
	lengths, _, refused := c.files.raw(lengthsName(index))
	if refused != nil {
		return refused
	}
	h, err := hashSegment(r, lengths, s.Media, len(c.manifest.Segments) == 1)
	switch {
	case errors.Is(err, errLengths) || err == nil && h.extra:
		return refuse(CodeLengths, at)
	case err != nil:
		return refuse(CodeRead, bytesName(index))
	case h.bytes != s.Bytes:
		return refuse(CodeBytes, at, number(h.bytes), number(s.Bytes))
	case h.packets != s.Packets:
		return refuse(CodePackets, at, number(h.packets), number(s.Packets))
	case h.root != s.Root:
		return refuse(CodeRoot, at, h.root.String(), s.Root.String())
	}
	for i, m := range s.Media {
		if h.media[i] != m.Digest {
			return refuse(CodeMedia, at, m.Name, h.media[i].String(), m.Digest.String())
		}
	}
	return nil
}

func (c *checking) packet(item packetItem) {
	what := []string{number(item.Index), number(item.Packet)}
	s, refused := c.leafOf(item.Index)
	if refused == nil && item.Packet >= s.Packets {
		refused = refuse(CodePacketRange, what[0], what[1], number(s.Packets))
	}
	var b []byte
	if refused == nil {
		b, refused = c.files.small(packetName(item.Index, item.Packet), maxSmall)
	}
	if refused == nil {
		proof, ok := digests(item.Proof)
		tree := transparency.Checkpoint{Size: s.Packets, Root: s.Root}
		if !ok || transparency.CheckInclusion(tree, item.Packet, transparency.LeafHash(b), proof) != nil {
			refused = refuse(CodePacket, what...)
		}
	}
	if refused != nil {
		c.report.fail(refused, WhatPacket, what...)
		return
	}
	c.report.pass(WhatPacket, what...)
}

// conclude finds the sentence, and what it does not say.
func (c *checking) conclude() {
	r := &c.report
	add := func(code transparency.Code, args ...string) {
		r.NotShown = append(r.NotShown, Line{Code: code, Args: args})
	}
	if _, failed := r.Failed(); failed || len(r.Checks) == 0 {
		r.Verdict = Line{Code: VerdictFailed}
		return
	}
	n := len(r.Entries)
	witnessed := len(r.Cosigned) > 0
	args := []string{r.Flight, r.Log}
	one, many := VerdictOperatorOne, VerdictOperatorMany
	if witnessed {
		first := r.Cosigned[0].At
		for _, k := range r.Cosigned {
			if k.At.Before(first) {
				first = k.At
			}
		}
		one, many = VerdictOne, VerdictMany
		args = append(args, strconv.Itoa(len(r.Cosigned)), strconv.Itoa(len(c.policy.Witnesses())), first.Format(time.RFC3339))
	}
	if n == 1 {
		r.Verdict = Line{Code: one, Args: args}
	} else {
		r.Verdict = Line{Code: many, Args: append([]string{strconv.Itoa(n)}, args...)}
	}
	add(NotTruth)
	add(NotComplete)
	add(NotClock)
	if !witnessed {
		add(NotOrder)
	}
	add(NotLater, number(r.Size))
	unopened, unnamed, undisclosed := 0, 0, 0
	for _, e := range r.Entries {
		if _, named := transparency.FlightOf(e.Body); e.Opened && !named {
			unnamed++
		}
		switch {
		case !e.Opened:
			unopened++
		case e.Kind == transparency.KindSegment && !c.disclosed(e.Index):
			undisclosed++
		}
	}
	if unopened > 0 {
		add(NotUnopened, strconv.Itoa(unopened))
	}
	if unnamed > 0 {
		add(NotFlight, strconv.Itoa(unnamed))
	}
	if undisclosed > 0 {
		add(NotUndisclosed, strconv.Itoa(undisclosed))
	}
	if c.unknown > 0 {
		add(NotSigner, strconv.Itoa(c.unknown))
	}
	if c.operators > 0 {
		add(NotHolder, strconv.Itoa(c.operators))
	}
	add(NotPolicyChoice)
}

func (c *checking) disclosed(index uint64) bool {
	_, ok := slices.BinarySearch(c.manifest.Segments, index)
	return ok
}

func number(n uint64) string { return strconv.FormatUint(n, 10) }

// code returns the refusal inside an error; every error of transparency has one.
func code(err error) transparency.Coded {
	var c transparency.Coded
	if errors.As(err, &c) {
		return c
	}
	return refuse(CodeArchive)
}
