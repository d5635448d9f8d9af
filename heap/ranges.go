package heap

import "lockheld/model"

// alignUp rounds x up to a multiple of a, a power of two.
func alignUp(x, a uint64) uint64 { return (x + a - 1) &^ (a - 1) }

// alignDown rounds x down to a multiple of a, a power of two.
func alignDown(x, a uint64) uint64 { return x &^ (a - 1) }

// An addrRange is a piece of the address space, limit exclusive.
//
// Runtime: addrRange, Go 1.16.
// Model: addresses are byte offsets from the bottom of a linear address
// space, so the runtime's offAddr and arenaBaseOffset have no counterpart.
type addrRange struct {
	base, limit uint64
}

// size is the number of bytes of r, 0 if it is empty or the wrong way round.
//
// Runtime: addrRange.size.
func (r addrRange) size() uint64 {
	if r.base >= r.limit {
		return 0
	}
	return r.limit - r.base
}

// contains reports whether addr lies in r.
//
// Runtime: addrRange.contains.
func (r addrRange) contains(addr uint64) bool { return r.base <= addr && addr < r.limit }

// removeGreaterEqual returns the part of r below addr.
//
// Runtime: addrRange.removeGreaterEqual.
func (r addrRange) removeGreaterEqual(addr uint64) addrRange {
	switch {
	case addr <= r.base:
		return addrRange{}
	case r.limit <= addr:
		return r
	}
	return addrRange{r.base, addr}
}

// An addrRanges is a set of addresses as ranges that are sorted, disjoint and
// not adjacent.
//
// Runtime: addrRanges, Go 1.16.
type addrRanges struct {
	ranges     []addrRange
	totalBytes uint64
}

// init makes the set empty with room for n ranges.
//
// Runtime: (*addrRanges).init.
func (a *addrRanges) init(n int) {
	a.ranges = make([]addrRange, 0, n)
	a.totalBytes = 0
}

// findSucc returns the index of the first range whose base is above addr.
//
// Runtime: (*addrRanges).findSucc.
func (a *addrRanges) findSucc(addr uint64) int {
	bot, top := 0, len(a.ranges)
	for bot < top {
		i := int(uint(bot+top) / 2)
		if addr < a.ranges[i].base {
			top = i
		} else {
			bot = i + 1
		}
	}
	return top
}

// findAddrGreaterEqual returns the lowest address in a that is not below addr.
//
// Runtime: (*addrRanges).findAddrGreaterEqual.
func (a *addrRanges) findAddrGreaterEqual(addr uint64) (uint64, bool) {
	i := a.findSucc(addr)
	if i > 0 && a.ranges[i-1].contains(addr) {
		return addr, true
	}
	if i < len(a.ranges) {
		return a.ranges[i].base, true
	}
	return 0, false
}

// contains reports whether addr is in a.
//
// Runtime: (*addrRanges).contains.
func (a *addrRanges) contains(addr uint64) bool {
	i := a.findSucc(addr)
	return i > 0 && a.ranges[i-1].contains(addr)
}

// add inserts r, which must not be empty and must not overlap a, and joins it
// with its neighbours.
//
// Runtime: (*addrRanges).add.
func (a *addrRanges) add(m *model.M, r addrRange) {
	if r.size() == 0 {
		m.Throw("attempted to add zero-sized address range: base %#x, limit %#x", r.base, r.limit)
	}
	i := a.findSucc(r.base)
	down := i > 0 && a.ranges[i-1].limit == r.base
	up := i < len(a.ranges) && r.limit == a.ranges[i].base
	switch {
	case down && up:
		a.ranges[i-1].limit = a.ranges[i].limit
		a.ranges = append(a.ranges[:i], a.ranges[i+1:]...)
	case down:
		a.ranges[i-1].limit = r.limit
	case up:
		a.ranges[i].base = r.base
	default:
		a.ranges = append(a.ranges, addrRange{})
		copy(a.ranges[i+1:], a.ranges[i:])
		a.ranges[i] = r
	}
	a.totalBytes += r.size()
}

// removeLast removes up to nBytes from the top range and returns what it
// removed. An empty result means that there was nothing, or that nBytes is 0.
//
// Runtime: (*addrRanges).removeLast.
func (a *addrRanges) removeLast(nBytes uint64) addrRange {
	if len(a.ranges) == 0 {
		return addrRange{}
	}
	last := &a.ranges[len(a.ranges)-1]
	r := *last
	if r.size() > nBytes {
		last.limit -= nBytes
		a.totalBytes -= nBytes
		return addrRange{last.limit, r.limit}
	}
	a.ranges = a.ranges[:len(a.ranges)-1]
	a.totalBytes -= r.size()
	return r
}

// removeGreaterEqual removes all addresses from addr on.
//
// Runtime: (*addrRanges).removeGreaterEqual.
func (a *addrRanges) removeGreaterEqual(addr uint64) {
	n := a.findSucc(addr)
	for _, r := range a.ranges[n:] {
		a.totalBytes -= r.size()
	}
	if n > 0 && a.ranges[n-1].contains(addr) {
		rest := a.ranges[n-1].removeGreaterEqual(addr)
		a.totalBytes -= a.ranges[n-1].size() - rest.size()
		a.ranges[n-1] = rest
		if rest.size() == 0 {
			n--
		}
	}
	a.ranges = a.ranges[:n]
}

// cloneInto makes b a copy of a that shares no memory with it.
//
// Runtime: (*addrRanges).cloneInto.
func (a *addrRanges) cloneInto(b *addrRanges) {
	b.ranges = append(b.ranges[:0], a.ranges...)
	b.totalBytes = a.totalBytes
}
