package heap

import (
	"cmp"
	"slices"

	"lockheld/model"
)

// SiteKind says what an assertion point of the page heap demands.
type SiteKind string

// Kinds of assertion points.
const (
	SiteLock        SiteKind = "lock"         // this M holds the heap lock
	SiteSTWOrLock   SiteKind = "stw-or-lock"  // it does, or the world is stopped
	SiteNotHeld     SiteKind = "not-held"     // this M does not hold the heap lock
	SiteSystemStack SiteKind = "system-stack" // this M is on a system stack
	SitePOwner      SiteKind = "p-owner"      // this M owns the P, or the memory, that it uses
	SiteSTW         SiteKind = "stw"          // the world is stopped
	SiteSchedLock   SiteKind = "sched-lock"   // this M holds sched.lock
	SiteGCOff       SiteKind = "gc-off"       // the collector is not marking
)

// A SiteEntry describes one assertion point.
type SiteEntry struct {
	// Site is the stable id, FUNCTION/POSITION.
	Site model.Site
	// Function is the runtime's name of the function.
	Function string
	// Kind says what is demanded.
	Kind SiteKind
	// Position says where in the function.
	Position string
	// Seed is the number, from 1 to 28, of a point that the runtime has since
	// commit 9393b5bae594, 0 for one of our own.
	Seed int
	// Doc is one sentence: why, or what it catches.
	Doc string
}

// Sites returns all assertion points of the page heap in a fixed order, those
// of the seed commit first, by number.
func Sites() []SiteEntry {
	all := append(append([]SiteEntry(nil), siteTable[:]...), mheapSites[:]...)
	slices.SortStableFunc(all, func(a, b SiteEntry) int { return cmp.Compare(seedOrder(a), seedOrder(b)) })
	return all
}

// seedOrder sorts our own points after those of the commit.
func seedOrder(s SiteEntry) int {
	if s.Seed == 0 {
		return 29
	}
	return s.Seed
}

// Assertion points of the page allocator.
const (
	siteScavengeEntry            model.Site = "scavenge/entry"
	siteScavengeStartGenEntry    model.Site = "scavengeStartGen/entry"
	siteScavengeReserveEntry     model.Site = "scavengeReserve/entry"
	siteScavengeUnreserveEntry   model.Site = "scavengeUnreserve/entry"
	siteScavengeOneEntry         model.Site = "scavengeOne/entry"
	siteScavengeOneReturnFast    model.Site = "scavengeOne/return-fast"
	siteScavengeOneReturnSlow    model.Site = "scavengeOne/return-slow"
	siteScavengeOneReturnEmpty   model.Site = "scavengeOne/return-empty"
	siteScavengeRangeLockedEntry model.Site = "scavengeRangeLocked/entry"
	sitePageAllocGrowEntry       model.Site = "pageAlloc.grow/entry"
	siteUpdateEntry              model.Site = "update/entry"
	siteAllocRangeEntry          model.Site = "allocRange/entry"
	siteFindMappedAddrEntry      model.Site = "findMappedAddr/entry"
	siteFindEntry                model.Site = "find/entry"
	siteAllocEntry               model.Site = "alloc/entry"
	siteFreeEntry                model.Site = "free/entry"
	siteFlushEntry               model.Site = "flush/entry"
	siteAllocToCacheEntry        model.Site = "allocToCache/entry"

	siteScavengeOneReturnNone       model.Site = "scavengeOne/return-none"
	siteScavengeReturn              model.Site = "scavenge/return"
	siteScavengeUnreserveRest       model.Site = "scavengeUnreserve/rest"
	sitePageCacheAllocEntry         model.Site = "pageCache.alloc/entry"
	siteScavengeSystemstack         model.Site = "scavenge/systemstack"
	siteScavengeStartGenSystemstack model.Site = "scavengeStartGen/systemstack"

	siteScavengeReserveSystemstack   model.Site = "scavengeReserve/systemstack"
	siteScavengeUnreserveSystemstack model.Site = "scavengeUnreserve/systemstack"
	siteScavengeOneSystemstack       model.Site = "scavengeOne/systemstack"
	siteAllocSystemstack             model.Site = "alloc/systemstack"
	siteFreeSystemstack              model.Site = "free/systemstack"
	siteFlushSystemstack             model.Site = "flush/systemstack"
	siteAllocToCacheSystemstack      model.Site = "allocToCache/systemstack"
)

// siteTable lists the assertion points: those of the seed commit by number,
// then our own.
var siteTable = [...]SiteEntry{
	{siteScavengeEntry, "pageAlloc.scavenge", SiteLock, "entry", 4, "Scavenging changes the bitmaps and the scavenger's ranges."},
	{siteScavengeStartGenEntry, "pageAlloc.scavengeStartGen", SiteLock, "entry", 5, "A new generation replaces the ranges that others take work from."},
	{siteScavengeReserveEntry, "pageAlloc.scavengeReserve", SiteLock, "entry", 6, "Two scavengers must not reserve the same range."},
	{siteScavengeUnreserveEntry, "pageAlloc.scavengeUnreserve", SiteLock, "entry", 7, "The generation must not change between the test and the insertion; asserted even when there is nothing to give back."},
	{siteScavengeOneEntry, "pageAlloc.scavengeOne", SiteLock, "entry", 8, "The top chunk is searched with the lock of the caller."},
	{siteScavengeOneReturnFast, "pageAlloc.scavengeOne", SiteLock, "return after the top chunk had pages", 9, "The caller goes on with the lock that it took."},
	{siteScavengeOneReturnSlow, "pageAlloc.scavengeOne", SiteLock, "return after a candidate had pages", 10, "The only successful return that can follow a window without the lock."},
	{siteScavengeOneReturnEmpty, "pageAlloc.scavengeOne", SiteLock, "return with nothing found", 11, "The search without the lock ends with the lock taken back, found or not."},
	{siteScavengeRangeLockedEntry, "pageAlloc.scavengeRangeLocked", SiteLock, "entry", 12, "Pages are given to the operating system only while nobody can allocate them."},
	{sitePageAllocGrowEntry, "pageAlloc.grow", SiteLock, "entry", 20, "Growing changes the ranges in use, the chunk map and the summaries."},
	{siteUpdateEntry, "pageAlloc.update", SiteLock, "entry", 21, "Summaries must change together with the bitmaps."},
	{siteAllocRangeEntry, "pageAlloc.allocRange", SiteLock, "entry", 22, "Allocation bits are read and written word by word."},
	{siteFindMappedAddrEntry, "pageAlloc.findMappedAddr", SiteLock, "entry", 23, "The ranges in use must not change during the search."},
	{siteFindEntry, "pageAlloc.find", SiteLock, "entry", 24, "The summaries must not change during the descent."},
	{siteAllocEntry, "pageAlloc.alloc", SiteLock, "entry", 25, "Two allocations must not find the same pages."},
	{siteFreeEntry, "pageAlloc.free", SiteLock, "entry", 26, "Freeing lowers the search address and clears bits."},
	{siteFlushEntry, "pageCache.flush", SiteLock, "entry, before the test for an empty cache", 27, "The one point that the commit's own change of p.destroy is about."},
	{siteAllocToCacheEntry, "pageAlloc.allocToCache", SiteLock, "entry", 28, "Two caches must not take the same block."},

	{siteScavengeOneReturnNone, "pageAlloc.scavengeOne", SiteLock, "return for an empty range", 0, "The one return that the commit left out."},
	{siteScavengeReturn, "pageAlloc.scavenge", SiteLock, "return", 0, "The caller goes on with the lock that it took, whatever scavengeOne did."},
	{siteScavengeUnreserveRest, "pageAlloc.scavengeUnreserve", SitePOwner, "entry", 0, "What the M has searched already is not searched again in the same generation."},
	{sitePageCacheAllocEntry, "pageCache.alloc", SitePOwner, "entry", 0, "No lock protects a page cache, only that its P belongs to this M."},
	{siteScavengeSystemstack, "pageAlloc.scavenge", SiteSystemStack, "entry", 0, "A user stack may grow, which needs the heap lock."},
	{siteScavengeStartGenSystemstack, "pageAlloc.scavengeStartGen", SiteSystemStack, "entry", 0, "A user stack may grow, which needs the heap lock."},
	{siteScavengeReserveSystemstack, "pageAlloc.scavengeReserve", SiteSystemStack, "entry", 0, "A user stack may grow, which needs the heap lock."},
	{siteScavengeUnreserveSystemstack, "pageAlloc.scavengeUnreserve", SiteSystemStack, "entry", 0, "A user stack may grow, which needs the heap lock."},
	{siteScavengeOneSystemstack, "pageAlloc.scavengeOne", SiteSystemStack, "entry", 0, "A user stack may grow, which needs the heap lock."},
	{siteAllocSystemstack, "pageAlloc.alloc", SiteSystemStack, "entry", 0, "A user stack may grow, which needs the heap lock."},
	{siteFreeSystemstack, "pageAlloc.free", SiteSystemStack, "entry", 0, "A user stack may grow, which needs the heap lock."},
	{siteFlushSystemstack, "pageCache.flush", SiteSystemStack, "entry", 0, "A user stack may grow, which needs the heap lock."},
	{siteAllocToCacheSystemstack, "pageAlloc.allocToCache", SiteSystemStack, "entry", 0, "A user stack may grow, which needs the heap lock."},
}
