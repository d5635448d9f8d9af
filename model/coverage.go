package model

import (
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Coverage counts how often assertion points were reached. One Coverage may
// serve the machines of several executions and workers. The zero value is
// ready for use.
type Coverage struct {
	counts atomic.Pointer[map[Site]*atomic.Int64] // replaced, never changed
	grow   sync.Mutex

	// The same by where the text of a site lies: a site is a constant, and this
	// is faster than by the text.
	near [256]atomic.Pointer[siteCounter]
}

// siteCounter is a site and its counter.
type siteCounter struct {
	site  Site
	count *atomic.Int64
}

// counter returns the counter of s.
func (c *Coverage) counter(s Site) *atomic.Int64 {
	text := unsafe.StringData(string(s))
	near := &c.near[uint32(uintptr(unsafe.Pointer(text))>>2)*0x9e3779b1>>24]
	e := near.Load()
	if e != nil && len(e.site) == len(s) && unsafe.StringData(string(e.site)) == text {
		return e.count
	}
	count := c.find(s)
	if e == nil { // one of the sites that meet here
		near.Store(&siteCounter{s, count})
	}
	return count
}

func (c *Coverage) find(s Site) *atomic.Int64 {
	if m := c.counts.Load(); m != nil {
		if n := (*m)[s]; n != nil {
			return n
		}
	}
	return c.add(s)
}

// add makes the counter of s. It happens once for each site.
func (c *Coverage) add(s Site) *atomic.Int64 {
	c.grow.Lock()
	defer c.grow.Unlock()
	wider := map[Site]*atomic.Int64{}
	if m := c.counts.Load(); m != nil {
		for k, v := range *m { // copying: the order has no influence
			wider[k] = v
		}
	}
	if wider[s] == nil {
		wider[s] = new(atomic.Int64)
	}
	c.counts.Store(&wider)
	return wider[s]
}

// Reached returns how often s was evaluated, failures included.
func (c *Coverage) Reached(s Site) int64 {
	if m := c.counts.Load(); m != nil {
		if n := (*m)[s]; n != nil {
			return n.Load()
		}
	}
	return 0
}

// Sites returns the sites that were evaluated at least once, sorted.
func (c *Coverage) Sites() []Site {
	var sites []Site
	if m := c.counts.Load(); m != nil {
		for s, n := range *m {
			if n.Load() > 0 {
				sites = append(sites, s)
			}
		}
	}
	slices.Sort(sites)
	return sites
}
