package conform

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// compressed is a reader that decompresses a file.
type compressed struct {
	io.Reader
	close []func() error
}

// Close closes the decompressor and the file.
func (c *compressed) Close() error {
	var first error
	for _, f := range c.close {
		if err := f(); first == nil {
			first = err
		}
	}
	return first
}

// open opens a file. One whose name ends in .gz or .zst is decompressed.
func open(file string) (io.ReadCloser, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err // says what and which file
	}
	switch {
	case strings.HasSuffix(file, ".gz"):
		z, err := gzip.NewReader(f)
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("%s:1: %w", file, err)
		}
		return &compressed{z, []func() error{z.Close, f.Close}}, nil
	case strings.HasSuffix(file, ".zst"):
		z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1))
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("%s:1: %w", file, err)
		}
		stop := func() error { z.Close(); return nil }
		return &compressed{z, []func() error{stop, f.Close}}, nil
	}
	return f, nil
}
