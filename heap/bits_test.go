package heap

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// bitWidths are chunks of different word widths: pages per word and words.
var bitWidths = []struct{ shift, words uint }{{3, 2}, {3, 5}, {4, 4}, {6, 2}, {6, 8}}

// randomBits returns bits with runs of all lengths: mostly set, mostly clear or
// mixed, as r says.
func randomBits(r *rand.Rand, shift, words uint) (pageBits, []bool) {
	b := pageBits{words: make([]uint64, words), shift: shift}
	naive := make([]bool, words<<shift)
	density := r.IntN(10)
	for i := uint(0); i < uint(len(naive)); {
		n := min(uint(1+r.IntN(1+r.IntN(40))), uint(len(naive))-i)
		if r.IntN(10) < density {
			b.setRange(i, n)
			for j := i; j < i+n; j++ {
				naive[j] = true
			}
		}
		i += n
	}
	return b, naive
}

func checkBits(t *testing.T, b *pageBits, naive []bool) {
	t.Helper()
	for i, want := range naive {
		if got := b.get(uint(i)) == 1; got != want {
			t.Fatalf("page %d: got %v, want %v", i, got, want)
		}
	}
	for i, x := range b.words {
		if x&^b.full() != 0 {
			t.Fatalf("word %d has bits above its width: %#x", i, x)
		}
	}
}

func TestPageBitsAgainstBools(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, w := range bitWidths {
		b, naive := randomBits(r, w.shift, w.words)
		for range 2000 {
			i := uint(r.IntN(len(naive)))
			n := uint(1 + r.IntN(len(naive)-int(i)))
			count := uint(0)
			for _, set := range naive[i : i+n] {
				if set {
					count++
				}
			}
			if got := b.popcntRange(i, n); got != count {
				t.Fatalf("popcntRange(%d, %d) = %d, want %d", i, n, got, count)
			}
			value := r.IntN(2) == 0
			for j := i; j < i+n; j++ {
				naive[j] = value
			}
			if value {
				b.setRange(i, n)
			} else {
				b.clearRange(i, n)
			}
			checkBits(t, &b, naive)
		}
		b.setAll()
		if got := b.popcntRange(0, b.pages()); got != b.pages() {
			t.Errorf("setAll sets %d of %d", got, b.pages())
		}
		b.clearAll()
		if got := b.popcntRange(0, b.pages()); got != 0 {
			t.Errorf("clearAll leaves %d", got)
		}
	}
}

// naiveFind is find on a list: the first run of n free pages that starts in or
// after the word of from, cut off there, and the first free page.
func naiveFind(alloc []bool, n, from uint) (at, first uint) {
	first = notFound
	run := uint(0)
	for i := from; i < uint(len(alloc)); i++ {
		run++
		if alloc[i] {
			run = 0
			continue
		}
		if first == notFound {
			first = i
		}
		if run == n {
			return i + 1 - n, first
		}
	}
	return notFound, first
}

func TestPallocBitsAgainstBools(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, w := range bitWidths {
		for range 3000 {
			raw, naive := randomBits(r, w.shift, w.words)
			b := pallocBits{raw}

			if got, want := b.summarize(), summarizeBools(naive); got != want {
				t.Fatalf("summarize %x: got %d %d %d, want %d %d %d", b.words,
					got.start(), got.max(), got.end(), want.start(), want.max(), want.end())
			}

			n := uint(1 + r.IntN(len(naive)))
			from := uint(r.IntN(len(naive)))
			wordStart := from &^ (b.width() - 1)
			at, first := b.find(uint64(n), from)
			wantAt, wantFirst := naiveFind(naive, n, wordStart)
			if at != wantAt || (at != notFound && first != wantFirst && n > 1) {
				t.Fatalf("find(%d, %d) in %x: got %d %d, want %d %d", n, from, b.words, at, first, wantAt, wantFirst)
			}
		}
	}
}

// TestSummarizeEveryChunk looks at all chunks of two words of 8 pages.
func TestSummarizeEveryChunk(t *testing.T) {
	words := make([]uint64, 2)
	b := pallocBits{pageBits{words: words, shift: 3}}
	naive := make([]bool, 16)
	for x := range uint64(1 << 16) {
		words[0], words[1] = x&0xff, x>>8
		for i := range naive {
			naive[i] = x>>i&1 == 1
		}
		if got, want := b.summarize(), summarizeBools(naive); got != want {
			t.Fatalf("summarize %#04x: got %d %d %d, want %d %d %d", x,
				got.start(), got.max(), got.end(), want.start(), want.max(), want.end())
		}
	}
}

func TestFindTable(t *testing.T) {
	// Two words of 8 pages: pages 0-1, 6-9 and 13 are free.
	b := pallocBits{pageBits{words: []uint64{0b0011_1100, 0b1101_1100}, shift: 3}}
	tests := []struct{ n, from, at, first uint }{
		{1, 0, 0, 0},
		{2, 0, 0, 0},
		{3, 0, 6, 0}, // across the words
		{4, 0, 6, 0},
		{5, 0, notFound, 0},
		{1, 7, 0, 0}, // the whole word of page 7 is searched
		{1, 8, 8, 8},
		{2, 8, 8, 8},
		{3, 8, notFound, 8},
		{9, 0, notFound, 0}, // more than a word
	}
	for _, tt := range tests {
		at, first := b.find(uint64(tt.n), tt.from)
		if at != tt.at || first != tt.first {
			t.Errorf("find(%d, %d) = %d, %d, want %d, %d", tt.n, tt.from, at, first, tt.at, tt.first)
		}
	}
}

func TestFindBitRange64(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 5000 {
		x := r.Uint64() | r.Uint64()<<uint(r.IntN(8)) | r.Uint64()>>uint(r.IntN(8))
		if r.IntN(10) == 0 {
			x = ^uint64(0) << uint(r.IntN(64))
		}
		n := uint(1 + r.IntN(64))
		want, run := uint(64), uint(0)
		for i := uint(0); i < 64; i++ {
			if run++; x>>i&1 == 0 {
				run = 0
			}
			if run == n {
				want = i + 1 - n
				break
			}
		}
		if got := findBitRange64(x, n); got != want {
			t.Fatalf("findBitRange64(%#x, %d) = %d, want %d", x, n, got, want)
		}
	}
	if got := findBitRange64(^uint64(0), 65); got != 64 {
		t.Errorf("a run of 65 bits found at %d", got)
	}
}

func TestFillAligned(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for m := uint(1); m <= 64; m *= 2 {
		for range 500 {
			x := r.Uint64() & r.Uint64() & r.Uint64()
			want := uint64(0)
			for g := uint(0); g < 64; g += m {
				if group := rangeMask(g, m); x&group != 0 {
					want |= group
				}
			}
			if got := fillAligned(x, m); got != want {
				t.Fatalf("fillAligned(%#x, %d) = %#x, want %#x", x, m, got, want)
			}
		}
	}
}

// naiveCandidate is findScavengeCandidate on lists.
func naiveCandidate(alloc, scav []bool, from, least, most, huge uint) (uint, uint) {
	if most = max(most, 1); most%least != 0 {
		most += least - most%least
	}
	ok := make([]bool, len(alloc)) // in a group that is free and unscavenged
	for i := range ok {
		g := i - i%int(least)
		ok[i] = !slices.Contains(alloc[g:g+int(least)], true) && !slices.Contains(scav[g:g+int(least)], true)
	}
	end := int(from)
	for end > 0 && !ok[end-1] {
		end--
	}
	start := end
	for start > 0 && ok[start-1] {
		start--
	}
	lowest := uint(start)
	size := min(uint(end-start), most)
	cut := uint(end) - size
	if huge == 0 || size == 0 {
		return cut, size
	}
	// The cut falls into the huge page [h, h+huge): is all of it in the run?
	h := cut / huge * huge
	if h != cut && h >= lowest && h+huge <= uint(end) {
		return h, uint(end) - h
	}
	return cut, size
}

func TestScavengeCandidateAgainstBools(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, w := range bitWidths {
		width := uint(1) << w.shift
		for range 3000 {
			raw, alloc := randomBits(r, w.shift, w.words)
			rawScav, scav := randomBits(r, w.shift, w.words)
			d := pallocData{pallocBits{raw}, rawScav}
			least := uint(1) << r.IntN(int(w.shift)+1)
			most := uint(r.IntN(len(alloc) + 2))
			huge := uint(0)
			if r.IntN(2) == 0 && w.words&(w.words-1) == 0 {
				huge = 2 << r.IntN(int(w.shift))
			}
			from := uint(r.IntN(len(alloc)))
			top := from&^(width-1) + width // the whole word of from counts
			wantI, wantN := naiveCandidate(alloc, scav, top, least, most, huge)
			i, n := d.findScavengeCandidate(from, least, uint64(most), huge)
			if n != wantN || n > 0 && i != wantI {
				t.Fatalf("alloc %x scav %x: findScavengeCandidate(%d, %d, %d, %d) = %d, %d, want %d, %d",
					d.words, d.scavenged.words, from, least, most, huge, i, n, wantI, wantN)
			}
			_, all := naiveCandidate(alloc, scav, uint(len(alloc)), least, 1, 0)
			if got := d.hasScavengeCandidate(least); got != (all > 0) {
				t.Fatalf("hasScavengeCandidate(%d) = %v", least, got)
			}
		}
	}
}
