package heap

import (
	"fmt"

	"lockheld/model"
)

// DirectBits is the bitmap of one chunk.
type DirectBits struct {
	d     pallocData
	words []uint64
	huge  uint
}

// NewDirectBits returns the bitmap of one free chunk of geometry g.
func NewDirectBits(g *Geometry) *DirectBits {
	y := newLayout(g)
	n := y.chunkWords
	words := make([]uint64, 2*n)
	return &DirectBits{
		d: pallocData{
			pallocBits: pallocBits{pageBits{words: words[:n], shift: y.wordShift}},
			scavenged:  pageBits{words: words[n:], shift: y.wordShift},
		},
		words: words,
		huge:  y.hugePages,
	}
}

// SetAlloc marks n pages from i on as allocated; their scavenged bits are
// cleared.
func (b *DirectBits) SetAlloc(i, n uint64) { b.d.allocRange(uint(i), uint(n)) }

// MarkAlloc marks n pages from i on as allocated and nothing else.
func (b *DirectBits) MarkAlloc(i, n uint64) { b.d.setRange(uint(i), uint(n)) }

// ClearAlloc marks n pages from i on as free.
func (b *DirectBits) ClearAlloc(i, n uint64) { b.d.free(uint(i), uint(n)) }

// SetScav marks n pages from i on as scavenged.
func (b *DirectBits) SetScav(i, n uint64) { b.d.scavenged.setRange(uint(i), uint(n)) }

// Find returns the first page of a run of n free pages from the word of from
// on, and the first free page met.
func (b *DirectBits) Find(n, from uint64) (i, first uint64, ok bool) {
	at, f := b.d.find(n, uint(from))
	return uint64(at), uint64(f), at != notFound
}

// Count returns how many of the n pages from i on are allocated and scavenged.
func (b *DirectBits) Count(i, n uint64) (alloc, scav uint64) {
	return uint64(b.d.popcntRange(uint(i), uint(n))), uint64(b.d.scavenged.popcntRange(uint(i), uint(n)))
}

// Summarize returns the summary of the chunk.
func (b *DirectBits) Summarize() (start, longest, end uint64) {
	s, m, e := b.d.summarize().unpack()
	return uint64(s), uint64(m), uint64(e)
}

// Candidate returns what findScavengeCandidate returns for groups of least
// pages and runs of at most most pages.
func (b *DirectBits) Candidate(from, least, most uint64) (i, n uint64) {
	at, size := b.d.findScavengeCandidate(uint(from), uint(least), most, b.huge)
	return uint64(at), uint64(size)
}

// HasCandidate returns what hasScavengeCandidate returns for groups of least
// pages.
func (b *DirectBits) HasCandidate(least uint64) bool {
	return b.d.hasScavengeCandidate(uint(least))
}

// Runs returns the runs of allocated and of scavenged pages.
func (b *DirectBits) Runs() (alloc, scav []Span2) { return b.d.runs(), b.d.scavenged.runs() }

// FillAligned is fillAligned of the runtime. It panics unless m is a power of
// two up to 64.
func FillAligned(x, m uint64) uint64 {
	if !powerOfTwo(m) || m > 64 {
		panic(fmt.Sprintf("heap: fillAligned of groups of %d bits", m))
	}
	return fillAligned(x, uint(m))
}

// FindBitRange64 is findBitRange64 of the runtime; ok is false if x has no run
// of n set bits.
func FindBitRange64(x, n uint64) (i uint64, ok bool) {
	at := findBitRange64(x, uint(n))
	return uint64(at), at < 64
}

// MergeSummaries is mergeSummaries of the runtime for pieces of 1<<logPages
// pages, given and returned as start, longest and end.
func MergeSummaries(sums [][3]uint64, logPages uint64) [3]uint64 {
	packed := make([]pallocSum, len(sums))
	for i, s := range sums {
		packed[i] = packPallocSum(uint(s[0]), uint(s[1]), uint(s[2]))
	}
	s, m, e := mergeSummaries(packed, uint(logPages)).unpack()
	return [3]uint64{uint64(s), uint64(m), uint64(e)}
}

// DirectRanges is a set of addresses. Its positions are plain byte offsets.
type DirectRanges struct {
	m *model.M
	a addrRanges
}

// NewDirectRanges returns an empty set.
func NewDirectRanges() *DirectRanges {
	_, m := model.BareM("direct")
	d := &DirectRanges{m: m}
	d.a.init(16)
	return d
}

// Add adds [base, limit).
func (d *DirectRanges) Add(base, limit uint64) { d.a.add(d.m, addrRange{base, limit}) }

// Total is the number of bytes in the set.
func (d *DirectRanges) Total() uint64 { return d.a.totalBytes }

// FindSucc returns the index of the first range whose base is above at.
func (d *DirectRanges) FindSucc(at uint64) uint64 { return uint64(d.a.findSucc(at)) }

// Contains reports whether at is in the set.
func (d *DirectRanges) Contains(at uint64) bool { return d.a.contains(at) }

// FindGreaterEqual returns the lowest address in the set from at on.
func (d *DirectRanges) FindGreaterEqual(at uint64) (uint64, bool) {
	return d.a.findAddrGreaterEqual(at)
}

// RemoveLast removes up to nbytes from the top range and returns what it
// removed; ok is false if that is nothing.
func (d *DirectRanges) RemoveLast(nbytes uint64) (r Span2, ok bool) {
	x := d.a.removeLast(nbytes)
	return Span2{x.base, x.limit}, x.size() != 0
}

// RemoveGreaterEqual removes everything from at on.
func (d *DirectRanges) RemoveGreaterEqual(at uint64) { d.a.removeGreaterEqual(at) }

// Ranges returns the ranges of the set.
func (d *DirectRanges) Ranges() []Span2 {
	rs := []Span2{}
	for _, r := range d.a.ranges {
		rs = append(rs, Span2{r.base, r.limit})
	}
	return rs
}
