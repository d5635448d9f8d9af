package heap

import "math/bits"

// fillAligned sets every bit of each aligned group of m bits of x in which at
// least one bit is set. m is a power of two up to 64.
//
// Runtime: fillAligned, Go 1.16.
func fillAligned(x uint64, m uint) uint64 {
	if m == 1 {
		return x
	}
	group := rangeMask(0, m)
	for s := uint(1); s < m; s *= 2 {
		x |= x >> s
	}
	// The lowest bit of each group now tells whether the group had a bit.
	return x & (^uint64(0) / group) * group
}

// scavengeable returns the pages of word i, one bit each, that lie in an
// aligned group of min pages that are all free and unscavenged.
func (d *pallocData) scavengeable(i, min uint) uint64 {
	return ^fillAligned(d.scavenged.words[i]|d.words[i], min) & d.full()
}

// hasScavengeCandidate reports whether the chunk has an aligned group of min
// free and unscavenged pages. It is asked without the lock too: each word is
// read on its own, so the answer may be about a state that never was.
//
// Runtime: (*pallocData).hasScavengeCandidate.
func (d *pallocData) hasScavengeCandidate(min uint) bool {
	for i := len(d.words) - 1; i >= 0; i-- {
		x := d.scavenged.load(uint(i))
		x |= d.load(uint(i))
		if fillAligned(x, min)&d.full() != d.full() {
			return true
		}
	}
	return false
}

// findScavengeCandidate returns the first page and the length of a run of at
// most max free and unscavenged pages, in groups of min, that is the highest
// from the word of searchIdx downwards; the length is 0 if there is none. The
// run grows beyond max if that keeps a huge page of huge pages whole; huge 0
// is none. max 0 is taken as min.
//
// Runtime: (*pallocData).findScavengeCandidate.
func (d *pallocData) findScavengeCandidate(searchIdx, min uint, max uint64, huge uint) (uint, uint) {
	if max == 0 {
		max = uint64(min)
	} else {
		max = alignUp(max, uint64(min))
	}
	i := int(searchIdx >> d.shift)
	for i >= 0 && d.scavengeable(uint(i), min) == 0 {
		i--
	}
	if i < 0 {
		return 0, 0
	}
	end, run := d.highestRun(uint(i), min)
	size := run
	if uint64(size) > max {
		size = uint(max)
	}
	start := end - size
	if huge == 0 {
		return start, size
	}
	// A cut that falls into a huge page which lies inside the run is moved
	// down to the start of that page.
	above := uint(alignUp(uint64(start), uint64(huge)))
	below := start &^ (huge - 1)
	if above <= end && below >= end-run {
		size += start - below
		start = below
	}
	return start, size
}

// highestRun returns the end and the length of the highest run of pages in
// word i that scavengeable accepts, which continues into lower words.
func (d *pallocData) highestRun(i, min uint) (end, run uint) {
	free := d.scavengeable(i, min)
	top := uint(bits.Len64(free))
	end = i<<d.shift + top
	run = topRun(free, top)
	for whole := run == top; whole && i > 0; {
		i--
		n := topRun(d.scavengeable(i, min), d.width())
		run += n
		whole = n == d.width()
	}
	return end, run
}

// topRun counts the set bits of x from bit top-1 downwards. x has none above.
func topRun(x uint64, top uint) uint {
	return uint(bits.LeadingZeros64(^(x << (64 - top))))
}
