module github.com/librollout/librollout/bindings/go

go 1.24
