"""AppFollow (API v2): reviews of apps in the App Store and on Google Play, with the replies to them."""
