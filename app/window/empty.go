//go:build ignore

// An empty window of Wails, to measure ours against:
//
//	go build -tags desktop,production,webkit2_41 -o empty app/window/empty.go
package main

import (
	"log"
	"testing/fstest"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
)

func main() {
	page := fstest.MapFS{"index.html": {Data: []byte("<!doctype html><title>Empty</title><p>Empty</p>")}}
	if err := wails.Run(&options.App{
		Title: "Empty", Width: 1280, Height: 800,
		AssetServer: &assetserver.Options{Assets: page},
		Linux:       &linux.Options{WebviewGpuPolicy: linux.WebviewGpuPolicyNever},
	}); err != nil {
		log.Fatal(err)
	}
}
