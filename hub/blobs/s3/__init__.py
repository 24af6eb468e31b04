"""The store in a bucket: `s3://bucket/prefix?endpoint=…`. AWS S3, Ceph, MinIO, SeaweedFS, OSS.

    <prefix>/sha256/ab/cd/<64 hex>                  blobs: nothing gets such a name before its digest was verified
    <prefix>/uploads/<algorithm>-<hex>/upload       which multipart upload is under way, as JSON
    <prefix>/uploads/<algorithm>-<hex>/<32 hex>     what that upload becomes: verified, then copied to its digest

address.py reads HUB_STORE_URL; connection.py holds the clients and is the only module that imports boto3.
"""
