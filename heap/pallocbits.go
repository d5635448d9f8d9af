package heap

import "math/bits"

// A pallocBits is a view of the allocation bits of one chunk: 1 is allocated,
// or owned by a page cache.
//
// Runtime: pallocBits, Go 1.16.
type pallocBits struct{ pageBits }

// summarize returns the summary of the chunk.
//
// Runtime: (*pallocBits).summarize.
func (b *pallocBits) summarize() pallocSum {
	w, full := b.width(), b.full()
	start, longest, cur := notFound, uint(0), uint(0)
	for _, x := range b.words {
		if x == 0 {
			cur += w
			continue
		}
		// The run that reaches x from below ends at its lowest set bit.
		cur += uint(bits.TrailingZeros64(x))
		if start == notFound {
			start = cur
		}
		longest = max(longest, cur)
		cur = w - uint(bits.Len64(x))
	}
	if start == notFound {
		return packPallocSum(cur, cur, cur)
	}
	longest = max(longest, cur)
	// A run inside a word has a set bit on either side.
	for i := 0; i < len(b.words) && longest < w-2; i++ {
		for y := runStarts(^b.words[i]&full, longest+1); y != 0; y &= y >> 1 {
			longest++
		}
	}
	return packPallocSum(start, longest, cur)
}

// find returns the first page of the first run of npages free pages at or
// after searchIdx, and the first free page met. The search starts at the word
// of searchIdx, so both may lie below it. The first is notFound if there is no
// such run.
//
// Runtime: (*pallocBits).find.
func (b *pallocBits) find(npages uint64, searchIdx uint) (uint, uint) {
	if npages == 1 {
		i := b.find1(searchIdx)
		return i, i
	}
	if npages <= uint64(b.width()) {
		return b.findSmallN(uint(npages), searchIdx)
	}
	return b.findLargeN(uint(npages), searchIdx)
}

// find1 returns the first free page from the word of searchIdx on.
//
// Runtime: (*pallocBits).find1.
func (b *pallocBits) find1(searchIdx uint) uint {
	for i := searchIdx >> b.shift; i < uint(len(b.words)); i++ {
		if free := ^b.words[i] & b.full(); free != 0 {
			return i<<b.shift + uint(bits.TrailingZeros64(free))
		}
	}
	return notFound
}

// findSmallN is find for runs of at most one word, which touch at most two.
//
// Runtime: (*pallocBits).findSmallN.
func (b *pallocBits) findSmallN(npages, searchIdx uint) (uint, uint) {
	w, full := b.width(), b.full()
	end, first := uint(0), notFound // length of the run that ends below; first free page
	for i := searchIdx >> b.shift; i < uint(len(b.words)); i++ {
		free := ^b.words[i] & full
		if free == 0 {
			end = 0
			continue
		}
		if first == notFound {
			first = i<<b.shift + uint(bits.TrailingZeros64(free))
		}
		if end+b.lowRun(i) >= npages {
			return i<<b.shift - end, first
		}
		if j := findBitRange64(free, npages); j < w {
			return i<<b.shift + j, first
		}
		end = b.highRun(i)
	}
	return notFound, first
}

// findLargeN is find for runs of more than one word.
//
// Runtime: (*pallocBits).findLargeN.
func (b *pallocBits) findLargeN(npages, searchIdx uint) (uint, uint) {
	start, size, first := notFound, uint(0), notFound
	for i := searchIdx >> b.shift; i < uint(len(b.words)); i++ {
		free := ^b.words[i] & b.full()
		if free == 0 {
			size = 0
			continue
		}
		if first == notFound {
			first = i<<b.shift + uint(bits.TrailingZeros64(free))
		}
		if size > 0 {
			s := b.lowRun(i)
			if size+s >= npages {
				return start, first
			}
			if s == b.width() {
				size += s
				continue
			}
		}
		// A run that is longer than a word starts at the top of one.
		size = b.highRun(i)
		start = (i+1)<<b.shift - size
	}
	return notFound, first
}

// lowRun is the number of free pages at the bottom of word i.
func (b *pallocBits) lowRun(i uint) uint {
	return uint(bits.TrailingZeros64(b.words[i] | ^b.full()))
}

// highRun is the number of free pages at the top of word i.
func (b *pallocBits) highRun(i uint) uint {
	return b.width() - uint(bits.Len64(b.words[i]))
}

// allocRange marks n pages from i on as allocated.
//
// Runtime: (*pallocBits).allocRange.
func (b *pallocBits) allocRange(i, n uint) { b.setRange(i, n) }

// free marks n pages from i on as free.
//
// Runtime: (*pallocBits).free.
func (b *pallocBits) free(i, n uint) { b.clearRange(i, n) }

// pages64 returns the allocation word that holds page i.
//
// Runtime: (*pallocBits).pages64.
func (b *pallocBits) pages64(i uint) uint64 { return b.block64(i) }

// A pallocData is a view of all bits of one chunk.
//
// Runtime: pallocData, Go 1.16.
type pallocData struct {
	pallocBits
	scavenged pageBits // 1: given back to the operating system
}

// allocRange marks n pages from i on as allocated and not scavenged.
//
// Runtime: (*pallocData).allocRange.
func (d *pallocData) allocRange(i, n uint) {
	d.pallocBits.allocRange(i, n)
	d.scavenged.clearRange(i, n)
}

// allocAll marks all pages as allocated and not scavenged.
//
// Runtime: (*pallocData).allocAll.
func (d *pallocData) allocAll() { d.allocRange(0, d.pages()) }
