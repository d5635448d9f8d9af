package sched

import "math/bits"

// Hash stands for a sequence of words in 128 bits: two lanes of 64 that are
// mixed with different constants, so that what collides in one does not collide
// in the other. The zero Hash stands for the empty sequence. It is not meant to
// withstand somebody who looks for collisions.
type Hash struct{ hi, lo uint64 }

// Word adds v to the sequence.
func (h *Hash) Word(v uint64) {
	// Each lane is a bijection of v, and of the lane before. A lane never
	// meets v alone: an exclusive or of the two would vanish where they are
	// equal, which small numbers often are.
	h.hi = mixHigh(h.hi*0x9e3779b97f4a7c15 + v + 0x2545f4914f6cdd1d)
	h.lo = mixLow(h.lo*0xd1342543de82ef95 + v*0xff51afd7ed558ccd + 0x8a5cd789635d2dff)
}

// mixHigh is the finaliser of SplitMix64 (Steele, Lea and Flood, Fast splittable
// pseudorandom number generators, OOPSLA 2014).
func mixHigh(v uint64) uint64 {
	v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
	v = (v ^ v>>27) * 0x94d049bb133111eb
	return v ^ v>>31
}

// mixLow is a second bijection of the same kind.
func mixLow(v uint64) uint64 {
	v = (v ^ bits.RotateLeft64(v, 25) ^ bits.RotateLeft64(v, 50)) * 0xa24baed4963ee407
	v = (v ^ v>>28) * 0x9fb21c651e98df25
	return v ^ v>>32
}

// Text adds the bytes of s and their number.
func (h *Hash) Text(s string) {
	h.Word(uint64(len(s)))
	for len(s) > 0 {
		var v uint64
		n := min(len(s), 8)
		for i := range n {
			v |= uint64(s[i]) << (8 * i)
		}
		h.Word(v)
		s = s[n:]
	}
}

// sum adds the lanes of g to those of h. The sum of many hashes stands for the
// multiset of what they stand for: it changes by what enters and what leaves.
func (h Hash) plus(g Hash) Hash { return Hash{h.hi + g.hi, h.lo + g.lo} }

// minus takes back plus.
func (h Hash) minus(g Hash) Hash { return Hash{h.hi - g.hi, h.lo - g.lo} }

// with returns the sequence of h followed by the words of g.
func (h Hash) with(g Hash) Hash {
	h.Word(g.hi)
	h.Word(g.lo)
	return h
}

// hashOf returns the hash of a few words.
func hashOf(a, b, c uint64) Hash {
	var h Hash
	h.Word(a)
	h.Word(b)
	h.Word(c)
	return h
}

func (h Hash) isZero() bool { return h == Hash{} }
