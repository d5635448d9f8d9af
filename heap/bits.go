package heap

import (
	"math/bits"

	"lockheld/sched"
)

// notFound is the page index that says "no such page" (the runtime's ^uint(0)).
const notFound = ^uint(0)

// A pageBits is a view of the bits of one chunk, one per page. The words
// belong to the pageAlloc; the view is valid until the next step.
//
// Runtime: pageBits, Go 1.16.
// Model: a word has the geometry's width; the bits above it do not exist and
// are always 0 in memory.
type pageBits struct {
	words []uint64
	shift uint // log2 of the pages per word

	// While somebody may be reading the words without the lock, t is the task
	// that uses the view, and each store is a step on area, at first+i.
	t     *sched.Task
	area  *sched.Area
	first int
}

// width is the number of pages per word.
func (b *pageBits) width() uint { return 1 << b.shift }

// full is a word with all its bits set.
func (b *pageBits) full() uint64 { return ^uint64(0) >> (64 - b.width()) }

// pages is the number of pages that b covers.
func (b *pageBits) pages() uint { return uint(len(b.words)) << b.shift }

// store writes word i. A store that changes nothing is left out: no racy
// reader can tell.
func (b *pageBits) store(i uint, x uint64) {
	if b.words[i] == x {
		return
	}
	if b.t != nil {
		b.area.Store(b.t, b.first+int(i), &b.words[i], x)
		return
	}
	b.words[i] = x
}

// load reads word i for a search that may go without the lock; in a view that
// is announced it is a step.
func (b *pageBits) load(i uint) uint64 {
	if b.t != nil {
		return b.area.Load(b.t, b.first+int(i), &b.words[i])
	}
	return b.words[i]
}

// rangeMask has the n bits from lo on set; n is at least 1.
func rangeMask(lo, n uint) uint64 { return ^uint64(0) >> (64 - n) << lo }

// get returns the bit of page i.
//
// Runtime: (*pageBits).get.
func (b *pageBits) get(i uint) uint {
	return uint(b.words[i>>b.shift]>>(i&(b.width()-1))) & 1
}

// block64 returns the word that holds page i.
//
// Runtime: (*pageBits).block64.
func (b *pageBits) block64(i uint) uint64 { return b.words[i>>b.shift] }

// setRange sets the bits of the n pages from i on, word after word.
//
// Runtime: (*pageBits).setRange.
func (b *pageBits) setRange(i, n uint) {
	for n > 0 {
		w, lo := i>>b.shift, i&(b.width()-1)
		k := min(n, b.width()-lo)
		b.store(w, b.words[w]|rangeMask(lo, k))
		i, n = i+k, n-k
	}
}

// setAll sets all bits.
//
// Runtime: (*pageBits).setAll.
func (b *pageBits) setAll() { b.setRange(0, b.pages()) }

// setWord sets the bits of mask in the word that holds page i.
func (b *pageBits) setWord(i uint, mask uint64) {
	w := i >> b.shift
	b.store(w, b.words[w]|mask)
}

// clearRange clears the bits of the n pages from i on, word after word.
//
// Runtime: (*pageBits).clearRange.
func (b *pageBits) clearRange(i, n uint) {
	for n > 0 {
		w, lo := i>>b.shift, i&(b.width()-1)
		k := min(n, b.width()-lo)
		b.store(w, b.words[w]&^rangeMask(lo, k))
		i, n = i+k, n-k
	}
}

// clearAll clears all bits.
//
// Runtime: (*pageBits).clearAll.
func (b *pageBits) clearAll() { b.clearRange(0, b.pages()) }

// clearWord clears the bits of mask in the word that holds page i.
func (b *pageBits) clearWord(i uint, mask uint64) {
	w := i >> b.shift
	b.store(w, b.words[w]&^mask)
}

// popcntRange counts the set bits among the n pages from i on.
//
// Runtime: (*pageBits).popcntRange.
func (b *pageBits) popcntRange(i, n uint) (s uint) {
	for n > 0 {
		w, lo := i>>b.shift, i&(b.width()-1)
		k := min(n, b.width()-lo)
		s += uint(bits.OnesCount64(b.words[w] & rangeMask(lo, k)))
		i, n = i+k, n-k
	}
	return s
}

// runStarts leaves in c the bits at which a run of at least n set bits starts.
// n is at least 1. Each round doubles the length that a bit stands for.
func runStarts(c uint64, n uint) uint64 {
	for k := uint(1); n > 1 && c != 0; k *= 2 {
		k = min(k, n-1)
		c &= c >> k
		n -= k
	}
	return c
}

// findBitRange64 returns the index of the first run of n set bits in c, 64 if
// there is none.
//
// Runtime: findBitRange64.
func findBitRange64(c uint64, n uint) uint {
	return uint(bits.TrailingZeros64(runStarts(c, n)))
}
