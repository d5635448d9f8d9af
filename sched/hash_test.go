package sched

import (
	"math/bits"
	"testing"
)

// Every single sequence of up to three small words has a hash of its own, in
// each lane, also where words repeat or equal what was hashed before.
func TestHashTellsSmallSequencesApart(t *testing.T) {
	var seqs [][]uint64
	for a := range uint64(40) {
		seqs = append(seqs, []uint64{a})
		for b := range uint64(40) {
			seqs = append(seqs, []uint64{a, b})
			for c := range uint64(40) {
				seqs = append(seqs, []uint64{a, b, c})
			}
		}
	}
	hi, lo := map[uint64]bool{0: true}, map[uint64]bool{0: true}
	sum := Hash{}
	for _, s := range seqs {
		var h Hash
		for _, v := range s {
			h.Word(v)
		}
		if hi[h.hi] || lo[h.lo] {
			t.Fatalf("%v collides", s)
		}
		hi[h.hi], lo[h.lo] = true, true
		sum = sum.plus(h)
	}
	for _, s := range seqs {
		var h Hash
		for _, v := range s {
			h.Word(v)
		}
		sum = sum.minus(h)
	}
	if !sum.isZero() {
		t.Errorf("taking back all that was added leaves %x", sum)
	}
	// The last word is the state of the hash itself.
	var h Hash
	h.Word(1)
	g, k := h, h
	g.Word(h.hi)
	k.Word(h.lo)
	if g.hi == 0 || k.lo == 0 || g == k {
		t.Errorf("hashes %x %x", g, k)
	}
}

// Each bit of a word changes each bit of both lanes about half of the time.
func TestHashSpreads(t *testing.T) {
	for bit := range 64 {
		var hi, lo [64]int
		const n = 2000
		for i := range uint64(n) {
			var a, b Hash
			a.Word(i)
			a.Word(i * i)
			b.Word(i)
			b.Word(i*i ^ 1<<uint(bit))
			for d := a.hi ^ b.hi; d != 0; d &= d - 1 {
				hi[bits.TrailingZeros64(d)]++
			}
			for d := a.lo ^ b.lo; d != 0; d &= d - 1 {
				lo[bits.TrailingZeros64(d)]++
			}
		}
		for i := range 64 {
			// Eight standard deviations, which are 22 each.
			if abs(hi[i]-n/2) > 180 || abs(lo[i]-n/2) > 180 {
				t.Errorf("bit %d changes bit %d in %d and %d of %d words", bit, i, hi[i], lo[i], n)
			}
		}
	}
}

func abs(n int) int { return max(n, -n) }

// Differences of two words must not cancel each other.
func TestHashDoesNotCancel(t *testing.T) {
	seen := map[Hash][2]uint64{}
	for i := range 64 {
		for j := range 64 {
			for _, w := range [][2]uint64{{1 << uint(i), 1 << uint(j)}, {1 << uint(i), -(1 << uint(j))}, {-(1 << uint(i)), 1 << uint(j)}} {
				var h Hash
				h.Word(w[0])
				h.Word(w[1])
				if old, ok := seen[h]; ok && old != w {
					t.Errorf("%x and %x have the same hash", old, w)
				}
				seen[h] = w
			}
		}
	}
}

// Sums are of what was added, whatever the order; an object and its value, or
// two objects, must not be exchangeable.
func TestSumsTellObjectsApart(t *testing.T) {
	seen := map[Hash][4]uint64{}
	for a := range uint64(12) {
		for b := range uint64(12) {
			for v := range uint64(12) {
				for w := range uint64(12) {
					if a >= b {
						continue
					}
					s := hashOf(1, a, v).plus(hashOf(1, b, w))
					if old, ok := seen[s]; ok {
						t.Fatalf("%v and %v", old, []uint64{a, b, v, w})
					}
					seen[s] = [4]uint64{a, b, v, w}
				}
			}
		}
	}
	if hashOf(1, 2, 3).plus(hashOf(4, 5, 6)) != hashOf(4, 5, 6).plus(hashOf(1, 2, 3)) {
		t.Error("the order of a sum counts")
	}
}

// Text has a length: what follows must not run into it.
func TestHashOfText(t *testing.T) {
	seen := map[Hash]string{}
	for _, s := range [][]string{{"ab", "c"}, {"a", "bc"}, {"abc", ""}, {"", "abc"}, {"abc"}, {"a\x00"}, {"a"}, {"12345678", "9"}, {"123456789"}} {
		var h Hash
		all := ""
		for _, p := range s {
			h.Text(p)
			all += p + "|"
		}
		if old, ok := seen[h]; ok {
			t.Errorf("%q and %q", old, all)
		}
		seen[h] = all
	}
}
